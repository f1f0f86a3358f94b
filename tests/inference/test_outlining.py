import numpy as np
import pytest

from svertka import DataError, predict
from svertka.inference import Predictor
from svertka.inference.outlining import outlined, values_of
from svertka.runs import open_run


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("0", "255"), [0, 255]),
        (("0", "1", "7"), [0, 1, 7]),
        (("background", "object"), [0, 255]),
        (("-1", "3"), [-1, 3]),
        (("0", "900"), [0, 900]),
    ],
)
def test_masks_hold_what_masks_of_the_training_held(names, values):
    assert values_of(names).tolist() == values


@pytest.mark.parametrize("sizes", [(24, 24), (50, 31), (7, 90)])
def test_a_mask_is_as_large_as_its_image(outlines_run, rng, sizes):
    image = rng.integers(0, 256, sizes).astype(np.uint8)
    (found,) = predict(outlines_run, image)
    assert found.content.shape == sizes
    assert set(np.unique(found.content)) <= {0, 255}
    assert found.answers["object"] == pytest.approx((found.content == 255).mean())


def test_discs_are_found_wherever_they_lie(outlines_run):
    """The network is convolutional: a larger image than those of the training is outlined as well."""
    rows, columns = np.mgrid[:96, :128]
    disc = (rows - 60) ** 2 + (columns - 90) ** 2 < 16
    image = (40 + 150 * disc).astype(np.uint8)
    (found,) = predict(outlines_run, image)
    mask = found.content > 0
    assert mask[disc].mean() > 0.7
    assert mask[:, :60].mean() < 0.02


def test_scaling_is_undone(outlines_run):
    predictor = Predictor.load(open_run(outlines_run))
    stretched = predictor.preprocess.model_copy(update={"resize": "stretch"})
    other = Predictor(predictor.network, stretched, predictor.names, predictor.facts, predictor.device)
    pixels = np.zeros((1, 48, 48), np.uint8)
    pixels[:, 10:30, 12:28] = 255
    small = predictor.preprocess.sized(pixels[:, ::2, ::2])
    mask = outlined(other, pixels)
    assert mask.shape == (48, 48)
    near = np.repeat(np.repeat(predictor.places(small[None])[0], 2, axis=0), 2, axis=1)
    assert (mask == near).mean() > 0.9


def test_an_image_of_another_kind_is_named(outlines_run, tmp_path):
    np.save(tmp_path / "deep.npy", np.zeros((24, 24), np.uint16))
    with pytest.raises(DataError, match=r"deep.npy.* uint16, but this network was trained on uint8"):
        predict(outlines_run, tmp_path / "deep.npy")
    assert predict(outlines_run, tmp_path / "deep.npy", skip_bad=True) == []
