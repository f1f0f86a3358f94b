"""Spherical digits: which networks are trained and tested on what."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from svertka.claims import Work
from svertka.claims.spherical_mnist import NETWORKS, Extent, compared
from svertka.runs import open_run

TINY = Extent(train=300, test=100, epochs=2, bandwidth=8)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Scikit-learn's digits in the place of MNIST."""
    folder = tmp_path_factory.mktemp("claim")
    x, y = load_digits(return_X_y=True)
    x = (x * 15.9).astype(np.uint8).reshape(-1, 8, 8)
    np.savez(folder / "mnist.npz", x_train=x[:1400], y_train=y[:1400], x_test=x[1400:], y_test=y[1400:])
    return Work(folder / "runs", data=folder / "mnist.npz")


@pytest.fixture(scope="module")
def found(work):
    return compared(work, TINY, {"planar": "linear", "spherical": "linear"})


def test_published_stands_beside_reached_in_every_case(found):
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    assert [(row["kind"], row["trained/tested"], row["published"]) for row in rows] == [
        ("planar", "NR/NR", 0.98), ("planar", "R/R", 0.23), ("planar", "NR/R", 0.11),
        ("spherical", "NR/NR", 0.96), ("spherical", "R/R", 0.95), ("spherical", "NR/R", 0.94),
    ]  # fmt: skip
    assert rows[0]["reached"] > 0.5
    assert rows[2]["reached"] < rows[0]["reached"] - 0.2
    assert rows[0]["parameters"] == 16 * 16 * 10 + 10


def test_as_many_images_are_used_as_there_shall_be(found, work):
    assert (found.settings["train"], found.settings["test"], found.settings["epochs"]) == (300, 100, 2)
    runs = [open_run(work.folder / f"{kind}-{turn}") for kind in ("planar", "spherical") for turn in ("NR", "R")]
    assert all(sum(row.part != "test" for row in run.split) == 300 for run in runs)
    assert all(run.asked.settings.rotation == 0 for run in runs)


def test_the_picture_has_a_bar_for_every_figure(found):
    assert len(found.picture.axes[0].patches) == 12


@pytest.mark.slow
@pytest.mark.usefixtures("shared")
def test_turned_digits_are_known_to_a_spherical_network_alone(tmp_path, shared):
    small = Extent(train=6000, test=1000, epochs=4)
    found = compared(Work(tmp_path, data=shared / "mnist"), small, NETWORKS)
    reached = {(row[0], row[3]): row[-1] for row in found.rows}
    assert reached["spherical", "NR/NR"] > 0.93
    assert reached["spherical", "NR/R"] > 0.91
    assert reached["planar", "NR/NR"] > 0.93
    assert reached["planar", "NR/R"] < 0.3
