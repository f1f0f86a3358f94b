"""Images of a run."""

import numpy as np
import torch
from sklearn.datasets import load_digits

from svertka.deploying.optimising import plain
from svertka.deploying.sampling import random, sampled


def test_they_are_of_the_part_that_is_asked_for(run):
    rows = {part: {row.digest for row in run.split if row.part == part} for part in ("val", "train")}
    from svertka.data.stores import digest

    for part in ("val", "train"):
        found = sampled(run, plain(run), 20, part=part)
        assert len(found) == 20
        assert found.source == f"digits, {part} part"
        assert {digest(pixels) for pixels in found.pixels.numpy()} <= rows[part]


def test_images_are_normalised_pixels_and_targets_are_theirs(run):
    found = sampled(run, plain(run), 50)
    mean, deviation = run.preprocess.mean[0], run.preprocess.deviation[0]
    torch.testing.assert_close(found.images, (found.pixels - mean) / deviation)
    data = load_digits()
    for pixels, target in zip(found.pixels[:5, 0].numpy(), found.targets[:5], strict=True):
        small = pixels.reshape(8, 4, 8, 4).mean((1, 3)) * 16
        nearest = np.abs(data.images - small).sum((1, 2)).argmin()
        assert data.target[nearest] == target


def test_there_are_no_more_than_there_are(run):
    assert len(sampled(run, plain(run), 10**6)) == sum(row.part == "val" for row in run.split)


def test_without_a_validation_part_the_training_part_serves(run):
    path = run.path / "split.csv"
    path.write_text(path.read_text().replace(",val,", ",train,"))
    assert sampled(run, plain(run), 3).source == "digits, train part"


def test_without_the_data_they_are_random_and_it_is_said(dataless, caplog):
    found = sampled(dataless, plain(dataless), 9)
    assert (len(found), found.targets, found.source) == (9, None, "random images")
    assert "there is no /gone/digits" in found.why
    assert "random images are taken, for the run's own are not to be had" in caplog.text


def test_random_images_are_like_the_runs_own(run, photos_run):
    from svertka.runs import Run

    digits, photos = random(plain(run), 200), random(plain(Run(photos_run)), 20)
    assert abs(float(digits.images.mean())) < 0.02
    assert abs(float(digits.images.std()) - 1) < 0.02
    assert photos.pixels.dtype == torch.uint8
    assert photos.pixels.min() == 0
    assert photos.pixels.max() == 255
