import numpy as np
import pytest
import torch
from PIL import Image

import svertka
from svertka import SettingError, UnknownName, pretrained
from svertka.data.formats import read
from svertka.settings import PredictSettings
from svertka.zoo import fetching
from svertka.zoo.published import TORCHVISION


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Weights that are in the cache already, as if they had been fetched."""
    monkeypatch.setenv("SVERTKA_CACHE", str(tmp_path))
    monkeypatch.setenv("SVERTKA_OFFLINE", "1")
    state = svertka.build("squeezenet1_1").state_dict()
    for known in TORCHVISION["squeezenet1_1"].values():
        torch.save(state, tmp_path / fetching._name(known.address))
    return state


def photograph(rng, width, height):
    noise = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3)).astype(np.uint8)
    return Image.fromarray(noise.repeat(8, 0).repeat(8, 1)[:height, :width])


@pytest.mark.parametrize("sizes", [(300, 400), (224, 224), (100, 130)])
@pytest.mark.usefixtures("weights")
def test_images_are_made_ready_as_torchvision_does(torchvision, rng, tmp_path, sizes):
    image = photograph(rng, *sizes)
    image.save(tmp_path / "a.png")
    theirs = torchvision.models.get_weight("SqueezeNet1_1_Weights.IMAGENET1K_V1").transforms()(image)
    predictor = pretrained("squeezenet1_1", "torchvision:IMAGENET1K_V1")
    raster = read(tmp_path / "a.png")
    ours = predictor.preprocess.normal(torch.from_numpy(predictor.preprocess.ready(raster))[None])[0]
    level = 1 / 255 / 0.224  # two ways of rounding to 8 bits
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= 2.5 * level
    assert (ours - theirs).abs().mean() <= 0.3 * level


def test_its_answers_are_those_of_the_weights(weights, rng, tmp_path):
    photograph(rng, 300, 260).save(tmp_path / "a.png")
    predictor = pretrained("squeezenet1_1", "torchvision:IMAGENET1K_V1")
    (found,) = predictor.stream([tmp_path / "a.png"], PredictSettings(top=5))
    assert len(found.answers) == 5
    assert set(found.answers) <= set(map(str, range(1000)))
    for one, other in zip(predictor.network.state_dict().values(), weights.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_what_says_nothing_of_its_preprocessing_is_refused():
    with pytest.raises(SettingError, match="say nothing of their preprocessing"):
        pretrained("resnet18", "weights.pth")
    with pytest.raises(UnknownName, match="torchvision's weights for resnet18 is called 'V9'"):
        pretrained("resnet18", "torchvision:V9")
