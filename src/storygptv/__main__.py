"""`python -m storygptv` is the command `storygptv`."""

from storygptv.cli import main

main()
