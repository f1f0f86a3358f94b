import numpy as np

from svertka.drawing import SERIES, curves


def test_lines_have_the_values_and_the_names_they_were_given():
    x = np.linspace(-1, 1, 5)
    axes = curves({"line": x, "square": x**2}, x=x, xlabel="x", ylabel="y").axes[0]
    np.testing.assert_array_equal(axes.lines[1].get_xydata(), np.stack([x, x**2], axis=1))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line", "square"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")


def test_without_places_they_are_counted_from_one():
    assert curves({"loss": [3, 2, 1]}).axes[0].lines[0].get_xdata().tolist() == [1, 2, 3]


def test_every_panel_has_its_title_and_begins_with_the_same_colour():
    figure = curves({"a": [1]}, {"b": [2], "c": [3]}, titles=["one", "two"], scale="log")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]
    assert [axes.lines[0].get_color() for axes in figure.axes] == [SERIES[0]] * 2
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}


def test_one_line_needs_no_legend():
    assert curves({"a": [1, 2]}).axes[0].get_legend() is None
