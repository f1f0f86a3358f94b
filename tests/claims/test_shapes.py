"""Shapes turned: which networks are trained and tested on what."""

import pytest

from svertka.claims import Work
from svertka.claims.shapes import FULL, QUICK, Extent, Network, compared
from svertka.runs import open_run
from svertka.zoo import find

pytest.importorskip("trimesh")

TINY = Extent(
    train=96, test=48, epochs=1, bandwidth=4,
    networks={"planar": Network("linear", 1e-3), "spherical": Network("linear", 5e-3)},
)  # fmt: skip


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return Work(tmp_path_factory.mktemp("claim"))


@pytest.fixture(scope="module")
def found(work):
    return compared(work, TINY)


def test_both_networks_have_a_figure_in_every_case(found):
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    assert [(row["kind"], row["trained/tested"]) for row in rows] == [
        ("planar", "NR/NR"), ("planar", "R/R"), ("planar", "NR/R"),
        ("spherical", "NR/NR"), ("spherical", "R/R"), ("spherical", "NR/R"),
    ]  # fmt: skip
    assert rows[0]["parameters"] == 6 * 8 * 8 * 12 + 12
    assert all(0 <= row["accuracy"] <= 1 for row in rows)


def test_as_many_shapes_are_used_as_there_shall_be(found, work):
    assert (found.settings["train"], found.settings["test"], found.settings["epochs"]) == (96, 48, 1)
    runs = {name: open_run(work.folder / name) for name in ("planar-NR", "planar-R", "spherical-NR", "spherical-R")}
    assert all(sum(row.part != "test" for row in run.split) == 96 for run in runs.values())
    assert all(run.asked.settings.rotation == 0 for run in runs.values())
    assert (runs["planar-R"].asked.settings.rate, runs["spherical-R"].asked.settings.rate) == (1e-3, 5e-3)


def test_the_picture_has_a_bar_for_every_figure(found):
    assert len(found.picture.axes[0].patches) == 6


def test_a_network_is_compared_with_one_of_its_own_size():
    for extent in (QUICK, FULL):
        planar, spherical = (find(extent.networks[kind].name) for kind in ("planar", "spherical"))
        assert not planar.spherical
        assert spherical.spherical
        assert 0.6 < planar.parameters / spherical.parameters < 1.6


@pytest.mark.slow
def test_turned_shapes_are_known_to_a_spherical_network_alone(tmp_path):
    extent = Extent(train=600, test=240, epochs=6, bandwidth=16, networks=QUICK.networks)
    reached = {(row[0], row[3]): row[-1] for row in compared(Work(tmp_path), extent).rows}
    assert reached["spherical", "NR/NR"] > 0.9
    assert reached["spherical", "NR/R"] > 0.9
    assert reached["planar", "NR/NR"] > 0.9
    assert reached["planar", "NR/R"] < reached["spherical", "NR/R"] - 0.3
