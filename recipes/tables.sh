#!/usr/bin/env bash
# The paper's tables 1, 3, 4, 5, 7, 8 and its memory figure in miniature, on toon, into docs/results.md. Resumable: run it
# again, and only what is missing is done: what was measured is kept beside the page, in docs/results/. What is to be
# measured is in recipes/tables/: cells.yaml, models.yaml, scales/.
#
# What is trained begins from the bundled foundations: story LLMs with the language model of the bundled one, over the
# bundled Char-LDM; for the main table, stage 1 and long stories over an LDM and a Char-LDM of their own, on the bundled
# VAE and towers. The bundled judge judges all.
#
# usage: recipes/tables.sh [--seeds 0] [--only 'bundled*' main ...] [--jobs 2] [--device cuda] [--scale smoke --work /tmp/t]
# On one GPU with 16 cores take `--device cuda --jobs 14`, and first start CUDA's MPS (`nvidia-cuda-mps-control -d`): without
# it processes take turns on the GPU.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
exec "$python" recipes/tables/run.py "$@"
