import numpy as np

from svertka.drawing import film, sliding, strip

STEPS = sliding(np.arange(16).reshape(4, 4), np.ones((2, 2)), stride=2)


def written(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_strip_shows_every_step_with_what_is_made_so_far():
    words = written(strip(STEPS))
    assert words.count("→") == 4
    assert words.count("10") == 4 + 4  # a sample of the image in every step, and the first sum from the first step on
    assert words.count("50") == 1


def test_a_strip_can_show_some_steps_only():
    assert written(strip(STEPS, only=(0, 3))).count("→") == 2


def test_a_film_has_a_picture_for_each_step():
    pictures = film(STEPS).pictures
    assert [written(picture).count("→") for picture in pictures] == [1] * 4
    assert "50" not in written(pictures[2])
    assert "50" in written(pictures[3])


def test_pictures_of_a_film_are_of_one_size():
    assert len({tuple(picture.get_size_inches()) for picture in film(STEPS).pictures}) == 1
