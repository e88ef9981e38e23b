#!/usr/bin/env bash
# Trains the bundled toon model from nothing: the same script on a laptop CPU and on one GPU. Resumable: run it again.
#
# Times on 2 cores with AVX-512 bf16 (docs/experiments.md holds the log of the run whose weights are bundled):
#   data 4 min, vae 25 min, clip 20 min, lm 12 min, ldm 60 min, char-ldm 90 min, story-llm 40 min, judge 15 min.
#
# usage: recipes/bundled.sh [MODEL_FOLDER] [DEVICE]
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-runs/toon}
device=${2:-cpu}
data=$model/data
storygptv=${STORYGPTV:-.venv/bin/storygptv}
# On a CPU, worker threads that wait awake and stay on their cores train up to three times faster beside other work.
export OMP_WAIT_POLICY=ACTIVE OMP_PROC_BIND=true

for split in train:14000 val:200 test:300; do
  name=${split%%:*}
  [ -d "$data/$name" ] || "$storygptv" data toon --split "$name" --stories "${split##*:}" --frames 5 --seed 0 --out "$data/$name"
done

train() { "$storygptv" train "$1" --data "$data/train" --out "$model" --device "$device" --seed 0 "${@:2}"; }

train vae
train clip
train lm
train ldm
train char-ldm
train story-llm
train judge

"$storygptv" evaluate --model "$model" --data "$data/test" --stories 200 --json "$model/scores.json"
"$storygptv" info "$model"
