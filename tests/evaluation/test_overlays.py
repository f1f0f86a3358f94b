from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from reference.kinds import preprocess
from svertka.drawing import FIRST, SECOND
from svertka.evaluation.overlays import borders, overlay


def picture(uri):
    return np.asarray(Image.open(BytesIO(b64decode(uri.partition(",")[2]))))


def colour(text):
    return [int(text[place : place + 2], 16) for place in (1, 3, 5)]


def test_borders_stand_where_classes_change():
    classes = np.array([[0, 0, 1], [0, 0, 1], [2, 2, 2]], np.uint8)
    assert borders(classes).tolist() == [[False, True, False], [True, True, True], [False, False, False]]


@pytest.mark.parametrize("channels", [1, 3])
def test_both_borders_are_drawn_over_the_image(channels):
    pixels = np.full((channels, 40, 30), 100, np.uint8)
    truth, answer = np.zeros((2, 40, 30), np.uint8)
    truth[:, 15:], answer[20:] = 1, 1
    shown = picture(overlay(pixels, truth, answer, preprocess(sizes=(40, 30), channels=channels)))
    scale = shown.shape[0] // 40
    assert shown.shape == (40 * scale, 30 * scale, 3)
    assert shown[0, 15 * scale - 1].tolist() == colour(FIRST)
    assert shown[20 * scale - 1, 0].tolist() == colour(SECOND)
    assert shown[0, 0].tolist() == [100, 100, 100]


def test_of_a_volume_the_middle_is_shown_and_of_a_signal_its_curve():
    truth = np.zeros((6, 8, 8), np.uint8)
    truth[3, :, 4:] = 1
    whole = overlay(np.zeros((1, 6, 8, 8), np.uint8), truth, truth, preprocess(sizes=(6, 8, 8)))
    assert (picture(whole) == colour(SECOND)).all(-1).any()
    line = np.arange(10, dtype=np.uint8) % 2
    assert overlay(np.zeros((1, 10), np.uint8), line, line, preprocess(sizes=(10,))).startswith("data:image/svg")
