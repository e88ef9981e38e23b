#!/usr/bin/env bash
# Trains the bundled toon model from nothing: the same script on a laptop CPU and on one GPU. Resumable: run it again.
# A part is trained further in cycles of the learning rate, each from where the one before it ended. The settings are in
# recipes/bundled/. The bundled weights came of these cycles one after the other, not of this script in one go: their
# settings were found on the way (docs/experiments.md, the log of every run).
#
# Minutes on 2 cores with AVX-512 bf16, as measured, what is computed before the first step included, on two machines,
# the second nearly twice as fast (*), a third with AVX2 alone in float32, one core of it (**) or a process on each, with
# batches half as large (***), and on an H100 (****):
#   data 4, vae 28 + 18, judge 8 + 12 + 37** + 1****, clip 6 + 23 + 22, ldm 43,
#   char-ldm 30 + 44 + 59 + 32* + 19* + 40** + 85*** + 74*** + 71*** + 76*** + 3.5**** + 5****.
#
# usage: recipes/bundled.sh [MODEL_FOLDER] [DEVICE]
# For a trial, TRAIN, VAL, TEST, LATER and MANY are numbers of stories, and OPTIONS are more options of `storygptv train`.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-runs/toon}
device=${2:-cpu}
data=$model/data
python=${PYTHON:-.venv/bin/python}
storygptv=${STORYGPTV:-.venv/bin/storygptv}
# On a CPU, worker threads that wait awake and stay on their cores train up to three times faster beside other work.
export OMP_WAIT_POLICY=ACTIVE OMP_PROC_BIND=true

# stories NAME OPTIONS...: a data set of toon
stories() { [ -d "$data/$1" ] || "$storygptv" data toon "${@:2}" --out "$data/$1"; }
stories train --split train --stories "${TRAIN:-14000}" --frames 5 --seed 0
stories val --split val --stories "${VAL:-200}" --frames 5 --seed 0
stories test --split test --stories "${TEST:-300}" --frames 5 --seed 0
stories others --split train --stories "${LATER:-4000}" --frames 5 --seed 1
stories fresh --split train --stories "${LATER:-4000}" --frames 5 --seed 5
stories many --split train --stories "${MANY:-16000}" --frames 5 --seed 20
stories many_more --split train --stories "${MANY:-16000}" --frames 5 --seed 30

# cycle PART N [DATA]: the N-th cycle of a part, in place; its state is kept aside, and a cycle that is done is not run again
cycle() {
  [ -d "$model/training/$1-$2" ] && return
  # shellcheck disable=SC2086
  "$storygptv" train "$1" --config "recipes/bundled/$1-$2.yaml" --data "$data/${3:-train}" --out "$model" --device "$device" ${OPTIONS:-}
  mv "$model/training/$1" "$model/training/$1-$2"
}
# keep FOLDER N, again FOLDER N: a part as it was after its N-th cycle, put aside and taken back
keep() { [ -d "$model/kept/$1-$2" ] || { mkdir -p "$model/kept" && cp -r "$model/$1" "$model/kept/.$1" && mv "$model/kept/.$1" "$model/kept/$1-$2"; }; }
again() { rm -rf "${model:?}/$1" && cp -r "$model/kept/$1-$2" "$model/$1"; }
# settle N: Char-LDM as it was after its N-th cycle, put aside; where the script is run again, taken back
settle() { for part in unet fusion; do keep $part "$1"; again $part "$1"; done; }
gate() { "$python" -m storygptv.evaluation.gates "$model" --train "$data/train" --test "$data/val" "$@" || true; }

cycle vae 1
cycle vae 2
cycle judge 1
cycle judge 2
cycle judge 3 others
cycle judge 4 many_more
gate --vae
cycle clip 1
cycle clip 2
cycle clip 3
gate --clip
cycle ldm 1
for n in 1 2 3 4 5; do cycle char-ldm $n; done
for n in 6 7 8 9; do cycle char-ldm $n others; done
# A tenth cycle of Char-LDM found the place again and lost people: it goes on from its ninth.
keep unet 9
keep fusion 9
cycle char-ldm 10 fresh
again unet 9
again fusion 9
# An eleventh cycle of Char-LDM, of 1,500 batches of 512: minutes on a GPU, many hours without one; and a twelfth.
cycle char-ldm 11 many
settle 11
cycle char-ldm 12 many_more
settle 12
[ -d "$model/reader" ] || recipes/reader.sh "$model" "$device"

# What is shipped are these weights in bfloat16, and the scores are theirs.
"$python" -c "
import sys
from storygptv import StoryPipeline
StoryPipeline.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])" "$model" "$model/bundled"
"$storygptv" evaluate --model "$model/bundled" --data "$data/test" --stories "${TEST:-200}" --json "$model/scores.json" --record --overwrite
"$storygptv" info "$model/bundled"
