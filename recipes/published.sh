#!/usr/bin/env bash
# What recipes/flintstones.sh and recipes/pororo.sh do: the paper's two stages on a published data set, with the paper's
# settings (recipes/paper/). Resumable: run it again. The scores at the end are of a judge and a captioner of its own, trained
# on the same data: models are compared by one --judge and one --captioner for all, and none with the paper's tables.
# Needs pip install "storygptv[eval]".
#
# Hours: the paper trained on one 80 GB A100 and names none. Of stage 2 one H100 takes 194.5 stories/s (OPT-6.7B, random
# weights, five steps of 32 timed: docs/experiments.md), so that its 20,000 steps of 64 would come to 2 hours; of stage 1 no
# GPU has been measured, nor the whole.
#
# usage: recipes/published.sh flintstones|pororo RAW MODEL_FOLDER [DEVICE], with the data set beside it in MODEL_FOLDER-data
# BASE, CLIP and LM name other models, SIZE the pixels that BASE draws a side, STORIES how many are drawn and judged at the end,
# PROCESSES the GPUs, OPTIONS more options of `storygptv train`: with OPTIONS=--dry-run nothing is trained, and what each
# part would take is told.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1 raw=$2 model=$3 device=${4:-cuda}
base=${BASE:-stable-diffusion-v1-5/stable-diffusion-v1-5}
clip=${CLIP:-openai/clip-vit-large-patch14}
lm=${LM:-facebook/opt-6.7b}
storygptv=${STORYGPTV:-.venv/bin/storygptv}
python=$(dirname "$(command -v "$storygptv")")/python
case " ${OPTIONS:-} " in *" --dry-run "*) ;; *) # said now rather than at the end
  "$python" -c "import sacrebleu" 2> /dev/null || { echo 'needs pip install "storygptv[eval]"' >&2; exit 1; } ;;
esac
processes=${PROCESSES:-1}
launch=$storygptv
[ "$processes" = 1 ] || launch="$(dirname "$storygptv")/torchrun --standalone --nproc_per_node $processes -m storygptv"
data=$model-data

for split in train val test; do
  [ -d "$data/$split" ] || "$storygptv" data "$name" "$raw" --split "$split" --frames 4 --size "${SIZE:-512}" --out "$data/$split"
done
"$storygptv" data check "$data/train" "$data/val" "$data/test" || true
[ -d "$model/unet" ] || "$storygptv" import stable-diffusion --base "$base" --clip "$clip" --out "$model"

# settings PART: the paper's, its batch shared by the processes
settings() {
  local batch
  batch=$(sed -n 's/^batch_size: //p' "recipes/paper/$1.yaml")
  sed "s/^batch_size: .*/batch_size: $((batch / processes))/" "recipes/paper/$1.yaml"
}

# train PART [SETTINGS]
train() {
  # shellcheck disable=SC2086
  $launch train "$1" --data "$data/train" --out "$model" --device "$device" ${2:+--config "$2"} ${OPTIONS:-}
}
settings char-ldm > "$model/char-ldm.yaml"
train char-ldm "$model/char-ldm.yaml"
{ settings story-llm; echo "lm: $lm"; } > "$model/story-llm.yaml"
train story-llm "$model/story-llm.yaml"
train judge
settings captioner > "$model/captioner.yaml"
train captioner "$model/captioner.yaml"
case " ${OPTIONS:-} " in *" --dry-run "*) exit ;; esac
"$storygptv" evaluate calibrate "$model" --data "$data/val" --device "$device"
"$storygptv" evaluate --model "$model" --data "$data/test" --stories "${STORIES:-200}" --device "$device" \
  --captioner "$model/captioner" --json "$model/scores.json" --overwrite
