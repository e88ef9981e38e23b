#!/usr/bin/env bash
# Trains what reads stories, from nothing, and calibrates it: the same script on a laptop CPU and on one GPU. Resumable:
# run it again. 3,000 stories (1,500 steps on two processes): about 2 h 10 min on 2 cores with AVX2 alone.
# docs/training.md tells what the bundled weights came of, docs/reading.md how well they read.
#
# usage: recipes/reader.sh [MODEL_FOLDER] [DEVICE]
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-runs/reader}
device=${2:-cpu}
bin=.venv/bin
processes=2
[ "$device" = cpu ] || processes=1
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} # a thread a process: more only wait for each other

[ -d "$model/toon-tales" ] || "$bin/storygptv" data toon-tales --stories 4000 --out "$model/toon-tales"
mkdir -p "$model"
sed "\$a more: $model/toon-tales" recipes/reader.yaml >"$model/reader.yaml"
"$bin/torchrun" --nproc_per_node "$processes" -m storygptv train reader --data tales --out "$model" \
  --config "$model/reader.yaml" --device "$device"
# a model folder that reads needs to know whom it knows, and nothing else
[ -f "$model/cast.json" ] || cp src/storygptv/assets/toon/cast.json "$model/"
"$bin/storygptv" evaluate reading --model "$model" --calibrate --json "$model/reading.json" --overwrite
