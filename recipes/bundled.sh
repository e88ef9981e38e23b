#!/usr/bin/env bash
# Trains the bundled toon model from nothing: the same script on a laptop CPU and on one GPU. Resumable: run it again.
#
# Minutes on 2 cores with AVX-512 bf16 (docs/experiments.md is the log of the run whose weights are bundled):
#   data 5, vae 28 + 18, clip 6 + 23, ldm 5 + 38, char-ldm 4 + 28, lm 8, story-llm 2 + 17, judge 8; about 3 hours.
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

train() { "$storygptv" train "$1" --data "$data/train" --out "$2" --device "$device" "${@:3}"; }

# The VAE and CLIP are trained in two cycles of the learning rate, the second from the first one's weights.
first=$model/first
train vae "$first" --steps 3600 --learning-rate 2e-3
train vae "$model" --init "$first" --steps 2300 --learning-rate 1.2e-3 --seed 1
train clip "$first" --steps 160 --batch-size 96
train clip "$model" --init "$first" --steps 680 --batch-size 96 --seed 1
train ldm "$model" --steps 1450 --learning-rate 1e-3
train char-ldm "$model" --steps 1050 --learning-rate 6e-4
train lm "$model" --steps 330
train story-llm "$model" --steps 900 --learning-rate 1.2e-3
train judge "$model" --steps 700

"$storygptv" evaluate --model "$model" --data "$data/test" --stories 200 --json "$model/scores.json" --overwrite
"$storygptv" info "$model"
