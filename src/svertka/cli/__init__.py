"""The command line: one small function for each verb, and nothing that could not be called from Python."""

from svertka.cli.app import main

__all__ = ["main"]
