#!/usr/bin/env bash
# The paper's tables 1, 3, 4, 5, 7, 8 and its memory figure in miniature, on toon, into docs/results.md. Resumable: run it
# again, and only what is missing is done: what was measured is kept beside the page, in docs/results/. What is to be
# measured is in recipes/tables/: cells.yaml, models.yaml, scales/.
#
# Hours: a pass with one seed at the scale "small" is reckoned at under 8 on 2 cores with AVX-512 bf16, from the samples a
# second in docs/experiments.md; it has not been run as a whole. The cells with the bundled weights train nothing: a drawn
# frame takes 0.4 s on those cores, about 1.5 s on two without bf16.
#
# usage: recipes/tables.sh [--seeds 0] [--only 'bundled*' main ...] [--device cuda] [--scale smoke --work /tmp/t]
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
# On a CPU, worker threads that wait awake and stay on their cores train up to three times faster beside other work.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-ACTIVE}" OMP_PROC_BIND="${OMP_PROC_BIND:-true}"
exec "$python" recipes/tables/run.py "$@"
