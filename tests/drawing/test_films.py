from io import BytesIO
from itertools import pairwise

import numpy as np
from PIL import Image, ImageSequence

from svertka.drawing import Film, film, sliding

STEPS = sliding(np.arange(9).reshape(3, 3), np.ones((2, 2)))


def test_a_gif_has_a_frame_for_each_picture_and_the_last_stays():
    image = Image.open(BytesIO(film(STEPS, seconds=0.5).gif()))
    frames = [(frame.info["duration"], np.asarray(frame.convert("RGB"))) for frame in ImageSequence.Iterator(image)]
    assert [time for time, _ in frames] == [500, 500, 500, 1500]
    assert all((one != other).any() for (_, one), (_, other) in pairwise(frames))


def test_a_gif_begins_anew():
    assert Image.open(BytesIO(film(STEPS).gif())).info["loop"] == 0


def test_a_notebook_shows_a_film_with_words_for_those_who_cannot_see():
    shown = Film(film(STEPS).pictures)._repr_html_()
    assert 'alt="4 steps, one after another"' in shown
    assert "data:image/gif;base64,R0lG" in shown


def test_the_ground_of_a_gif_is_white():
    assert Image.open(BytesIO(film(STEPS).gif())).convert("RGB").getpixel((1, 1)) == (255, 255, 255)
