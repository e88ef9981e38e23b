#!/usr/bin/env bash
# Trains the bundled toon model from nothing: the same script on a laptop CPU and on one GPU. Resumable: run it again.
# A part is trained further in cycles of the learning rate, each from where the one before it ended. The settings are in
# recipes/bundled/. The bundled weights came of these cycles one after the other, not of this script in one go: their
# settings were found on the way (docs/experiments.md, the log of every run).
#
# Minutes on 2 cores with AVX-512 bf16, as measured, what is computed before the first step included, on two machines,
# the second nearly twice as fast (*), a third with AVX2 alone in float32, one core of it (**) or a process on each, with
# batches half as large (***), and on an H100 (****); the first of the story LLM's is reckoned from its 14 stories a second:
#   data 4, vae 28 + 18, judge 8 + 12 + 37** + 1****, clip 6 + 23 + 22, ldm 43, lm 10,
#   char-ldm 30 + 44 + 59 + 32* + 19* + 40** + 85*** + 74*** + 71*** + 76*** + 3.5**** + 5****,
#   story-llm 35 + 31* + 13* + 33** + 38** + 42** + 46** + 34** + 31** + 24*** + 24*** + 34*** + 38*** + 29*** + 5****
#   + 4**** + 17 on one core.
#
# usage: recipes/bundled.sh [MODEL_FOLDER] [DEVICE]
# For a trial, TRAIN, VAL, TEST, LATER, LONG and MANY are numbers of stories, and OPTIONS are more options of `storygptv train`.
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
stories few_words --split train --stories "${LATER:-4000}" --frames 5 --seed 1 --few-words 0.4
stories long --split train --stories "${LONG:-1200}" --frames 10 --seed 2 --few-words 0.4
stories fresh --split train --stories "${LATER:-4000}" --frames 5 --seed 5
stories fresh_long --split train --stories "${LONG:-2000}" --frames 10 --seed 6 --few-words 0.4
stories many --split train --stories "${MANY:-16000}" --frames 5 --seed 20
stories last_long --split train --stories "${LONG:-2000}" --frames 10 --seed 7 --few-words 0.4
stories other_long --split train --stories "${LONG:-2000}" --frames 10 --seed 8 --few-words 0.4
stories many_more --split train --stories "${MANY:-16000}" --frames 5 --seed 30
stories many_long --split train --stories "${LONG:-6000}" --frames 10 --seed 31 --few-words 0.4
stories by_look --split train --stories "${LONG:-2400}" --frames 10 --seed 41 --few-words 0.3 --by-look 0.4

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
# mean FOLDER N M: a part becomes the mean of two of its cycles
mean() { "$python" -m storygptv.training.mean "$model/kept/$1-$2" "$model/kept/$1-$3" "$model/$1"; }
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
cycle lm 1
gate --lm
for n in 1 2 3 4 5 6; do cycle story-llm $n; done
for n in 7 8; do cycle story-llm $n others; done
cycle story-llm 9 few_words
cycle story-llm 10 long
keep story_llm 10
# A tenth cycle of Char-LDM, and an eleventh of the story LLM over it, found the place again and lost people: of them only
# the story LLM's goes on, in a mean, over Char-LDM's ninth.
keep unet 9
keep fusion 9
cycle char-ldm 10 fresh
cycle story-llm 11 long
keep story_llm 11
again unet 9
again fusion 9
mean story_llm 10 11
cycle story-llm 12 fresh_long
keep story_llm 12
mean story_llm 10 12
# An eleventh cycle of Char-LDM, of 1,500 batches of 512: minutes on a GPU, many hours without one.
keep story_llm 10-12
cycle char-ldm 11 many
settle 11
cycle story-llm 13 last_long
keep story_llm 13
mean story_llm 10-12 13
cycle story-llm 14 other_long
keep story_llm 14
again story_llm 14
# On a GPU again: the story LLM goes on over Char-LDM's eleventh cycle, and then over its twelfth.
cycle story-llm 15 many_long
keep story_llm 15
cycle char-ldm 12 many_more
settle 12
again story_llm 15
cycle story-llm 16 many_long
keep story_llm 16
# Three parts of its sixteenth cycle to one of its fourteenth.
mean story_llm 14 16
keep story_llm 14-16
mean story_llm 14-16 16
# The look match alone: the rest of the story LLM stays as it is.
cycle story-llm 17 by_look
keep story_llm 17
again story_llm 17

# What is shipped are these weights in bfloat16, and the scores are theirs. The language model's tokenizer is written without spaces.
"$python" -c "
import json, sys
from pathlib import Path
from storygptv import StoryPipeline
StoryPipeline.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])
file = Path(sys.argv[2], 'story_llm', 'lm', 'tokenizer.json')
told = json.loads(file.read_text(encoding='utf-8'))
file.write_text(json.dumps(told, ensure_ascii=False, separators=(',', ':')), encoding='utf-8')" "$model" "$model/bundled"
"$storygptv" evaluate --model "$model/bundled" --data "$data/test" --stories "${TEST:-200}" --json "$model/scores.json" --record --overwrite
"$storygptv" info "$model/bundled"
