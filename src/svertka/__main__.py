"""`python -m svertka` does what `svertka` does."""

from svertka.cli import main

main()
