"""Pixels in, answers out."""

import numpy as np
import pytest
import torch

from svertka.deploying.optimising import plain
from svertka.deploying.sampling import random
from svertka.deploying.wrapping import Whole
from svertka.runs import Run

SLOW = pytest.param("outlines_run", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["convolutions_run", "photos_run", "forecast_run", SLOW])
def test_it_answers_as_the_predictor_does(name, request):
    predictor = plain(Run(request.getfixturevalue(name)))
    pixels = random(predictor, 3).pixels
    with torch.inference_mode():
        found = Whole(predictor, predictor.network)(pixels)
    np.testing.assert_allclose(found, predictor.of(pixels.numpy()), rtol=1e-5, atol=1e-6)
