#!/usr/bin/env bash
# Trains the bundled toon model from nothing: the same script on a laptop CPU and on one GPU. Resumable: run it again.
# The settings are in recipes/bundled/. They have not been run from end to end in one go: the bundled weights came of
# the same cycles one after the other, their settings found on the way (docs/experiments.md, the log of every run).
#
# Minutes on 2 cores with AVX-512 bf16, what is computed before the first step included, as measured, but Char-LDM's
# second cycle with its text tower frozen; the first of the story LLM's is reckoned from its 14 stories a second:
#   data 4, vae 28 + 18, clip 6 + 23 + 22, judge 8 + 12, ldm 43, char-ldm 30 + 44 + 59, lm 10, story-llm 35 + 24.
#
# usage: recipes/bundled.sh [MODEL_FOLDER] [DEVICE]
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-runs/toon}
device=${2:-cpu}
data=$model/data
# Parts after their first and second cycle of the learning rate, where they are trained in two or three:
first=$model/first
second=$model/second
python=${PYTHON:-.venv/bin/python}
storygptv=${STORYGPTV:-.venv/bin/storygptv}
# On a CPU, worker threads that wait awake and stay on their cores train up to three times faster beside other work.
export OMP_WAIT_POLICY=ACTIVE OMP_PROC_BIND=true

for split in train:14000 val:200 test:300; do
  name=${split%%:*}
  [ -d "$data/$name" ] || "$storygptv" data toon --split "$name" --stories "${split##*:}" --frames 5 --seed 0 --out "$data/$name"
done
mkdir -p "$model/training/cache" "$first/training" "$second/training"
for folder in "$first" "$second"; do # latents and features are computed once for all cycles
  ln -sfn "$(realpath "$model/training/cache")" "$folder/training/cache"
done

# train PART SETTINGS OUT [INIT]
train() {
  "$storygptv" train "$1" --config "recipes/bundled/$2.yaml" --data "$data/train" --out "$3" --init "${4:-$3}" --device "$device"
}
gate() { "$python" -m storygptv.evaluation.gates "$model" --train "$data/train" --test "$data/val" "$@" || true; }

train vae vae-1 "$first"
train vae vae-2 "$model" "$first"
cp -r "$model/vae" "$first/"
train judge judge-1 "$first" "$model"
train judge judge-2 "$model" "$first"
gate --vae
train clip clip-1 "$first"
train clip clip-2 "$second" "$first"
train clip clip-3 "$model" "$second"
gate --clip
train ldm ldm "$model"
train char-ldm char-ldm-1 "$first" "$model"
train char-ldm char-ldm-2 "$second" "$first"
train char-ldm char-ldm-3 "$model" "$second"
train lm lm "$model"
gate --lm
train story-llm story-llm-1 "$first" "$model"
train story-llm story-llm-2 "$model" "$first"

# What is shipped are these weights in bfloat16, and the scores are theirs.
"$python" -c "
import sys
from storygptv import StoryPipeline
StoryPipeline.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])" "$model" "$model/bundled"
"$storygptv" evaluate --model "$model/bundled" --data "$data/test" --stories 200 --json "$model/scores.json" --record --overwrite
"$storygptv" info "$model/bundled"
