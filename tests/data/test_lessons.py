import numpy as np
import torch

from reference.kinds import masked, preprocess
from svertka.data.lessons import IGNORED, Answers, Continuation, Places
from svertka.data.truths import NOWHERE, Masks
from svertka.nn import compressed


def test_answers_pass_as_they_are_and_mix_as_shares():
    lessons = Answers(torch.tensor([2, 0, 1]), 3)
    taken = lessons.take(np.array([0, 2]))
    assert taken.tolist() == [2, 1]
    assert lessons.shares(taken).tolist() == [[0, 0, 1], [0, 1, 0]]
    assert not lessons.moving


def test_places_outside_of_the_image_do_not_count():
    truth = Masks(masked(), {0: 0, 7: 1, 200: 2})
    lessons = Places(truth, preprocess(sizes=(4, 4), resize="pad"))
    targets = lessons.take(np.array([0]))
    assert targets.shape == (1, 1, 4, 4)
    _, classes = lessons.finish(torch.zeros(1), targets)
    assert set(classes[0, 0].tolist()) == {IGNORED}
    assert classes[0, 1:3, 1:3].tolist() == [[0, 1], [1, 2]]
    assert NOWHERE not in classes


def test_what_is_kept_is_what_would_be_read():
    truth, size = Masks(masked(), {0: 0, 7: 1, 200: 2}), preprocess(sizes=(4, 4), resize="pad")
    both = np.array([0, 1])
    kept = Places(truth, size, kept=truth.take(both, size))
    assert torch.equal(kept.take(both), Places(truth, size).take(both))


def test_a_signal_is_its_own_lesson():
    lessons = Continuation(torch.tensor([1, 0]), 2, 256)
    waves = torch.rand(2, 1, 50) * 2 - 1
    images, levels = lessons.finish(waves, lessons.take(np.array([0, 1])))
    assert images.shape == (2, 3, 50)
    assert torch.equal(images[:, :1], waves)
    assert images[0, 1:, 0].tolist() == [0, 1]
    assert bool((images[:, 1:] == images[:, 1:, :1]).all())
    assert torch.equal(levels, compressed(waves[:, 0]))


def test_without_classes_there_are_no_conditions():
    lessons = Continuation(torch.zeros(2, 0), 0, 256)
    images, _ = lessons.finish(torch.zeros(2, 1, 9), lessons.take(np.array([0, 1])))
    assert images.shape == (2, 1, 9)
