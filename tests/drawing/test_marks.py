from svertka.drawing.marks import ring
from svertka.drawing.style import Picture


def test_a_ring_stands_at_its_place_with_its_name():
    axes = Picture().subplots()
    ring(axes, "here", 0.2, 0.3)
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[0.2, 0.3]]] * 2
    assert axes.texts[0].get_text() == "here"
