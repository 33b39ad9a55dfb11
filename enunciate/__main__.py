"""So that `python -m enunciate` is the same as `enunciate`."""

from enunciate.cli import main

main()
