"""Runs that may be written into."""

from shutil import copytree

import pytest

from svertka.runs import Run


@pytest.fixture
def run(convolutions_run, tmp_path) -> Run:
    """LeNet-5 that knows digits."""
    copytree(convolutions_run, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture
def dataless(run) -> Run:
    """The same, but its data has gone."""
    path = run.path / "settings.toml"
    path.write_text(path.read_text().replace('data = "digits"', 'data = "/gone/digits"'))
    return run
