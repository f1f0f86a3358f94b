import pytest

from svertka.drawing import balls
from svertka.drawing.balls import Ball

ROWS = [Ball("large", 16_000_000_000, 71.6, 138_000_000), Ball("small", 500_000_000, 70.6, 4_000_000)]


def test_places_and_areas_are_in_proportion():
    axes = balls(ROWS, label="accuracy", note="").axes[0]
    dots = axes.collections[0]
    assert dots.get_offsets().tolist() == [[16.0, 71.6], [0.5, 70.6]]
    one, other = dots.get_sizes()
    assert one / other == pytest.approx(138 / 4)
    assert axes.get_xscale() == "log"


def test_every_ball_has_its_name():
    axes = balls(ROWS, label="accuracy", note="where from").axes[0]
    assert sorted(text.get_text() for text in axes.texts) == ["large", "small"]
    assert axes.get_ylabel() == "accuracy"


def test_names_of_neighbours_do_not_cover_one_another():
    near = [Ball(f"network{place}", 10**9, 70 + place / 1000, 10**6) for place in range(6)]
    figure = balls(near, label="x", note="")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    overlapping = sum(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert overlapping == 0
