"""Bars of figures side by side."""

import itertools

import pytest

from svertka.drawing import bars


def test_every_known_value_has_a_bar_of_its_height_and_its_number_above():
    axes = bars(["a", "b"], {"published": [0.96, None], "reached": [0.5, 0.25]}, label="accuracy").axes[0]
    assert sorted(patch.get_height() for patch in axes.patches) == [0.25, 0.5, 0.96]
    assert sorted(text.get_text() for text in axes.texts) == ["0.25", "0.5", "0.96"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["published", "reached"]


def test_bars_of_a_name_stand_around_it_without_touching():
    axes = bars(["a", "b"], {"x": [1, 2], "y": [3, 4], "z": [5, 6]}, label="").axes[0]
    spans = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches)
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(spans))
    assert sum(spans[1]) / 2 == pytest.approx(0)
    assert sum(spans[4]) / 2 == pytest.approx(1)
