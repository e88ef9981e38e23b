#!/usr/bin/env bash
# StoryGPT-V on FlintstonesSV, from the raw data to scores, with the paper's settings; hours and how to choose other models:
# recipes/published.sh.
#
# The paper reports on referential text Char-Acc 0.880 and Char-F1 0.942 with OPT-6.7B, 0.891 and 0.951 with Llama-2-7B
# (Table 2), by classifiers of its own.
#
# usage: recipes/flintstones.sh RAW MODEL_FOLDER [DEVICE]
exec bash "$(dirname "$0")/published.sh" flintstones "$@"
