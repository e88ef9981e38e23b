#!/usr/bin/env bash
# StoryGPT-V on PororoSV, from the raw data to scores, with the paper's settings; hours and how to choose other models:
# recipes/published.sh.
#
# The paper reports on referential text Char-Acc 0.361 and Char-F1 0.627 (Table 2), by classifiers of its own. In which order
# the labels are is published nowhere: look whether the names are right (`storygptv data show`).
#
# usage: recipes/pororo.sh RAW MODEL_FOLDER [DEVICE]
exec bash "$(dirname "$0")/published.sh" pororo "$@"
