"""How one quantity grows with another."""

from svertka.drawing.trends import trends


def test_each_series_stands_at_its_own_places():
    canvas = trends({"a": ([1, 2], [3, 4]), "b": ([5], [6])}, {"a": ([7], [8])}, xlabels=["x", "z"], ylabel="y")
    points = [[line.get_xydata().tolist() for line in axes.get_lines()] for axes in canvas.axes]
    assert points == [[[[1, 3], [2, 4]], [[5, 6]]], [[[7, 8]]]]
    assert [axes.get_xlabel() for axes in canvas.axes] == ["x", "z"]
    assert canvas.axes[0].get_ylim() == canvas.axes[1].get_ylim()


def test_guides_are_named_where_they_end_and_are_no_series():
    axes = trends({"a": ([1, 2], [3, 4])}, xlabels=["x"], ylabel="y", guides={"O(b⁴)": ([1, 2], [1, 16])}).axes[0]
    assert [text.get_text() for text in axes.texts] == ["O(b⁴)"]
    assert axes.texts[0].xy == (2, 16)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a"]
