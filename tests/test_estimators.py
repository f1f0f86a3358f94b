from unittest import SkipTest

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from svertka import Classifier, DataError, Regressor, UnknownName

QUICK = {"variant": "linear", "epochs": 2}


@pytest.fixture(scope="module")
def digits():
    found = load_digits(n_class=3)
    return found.images[:240], found.target[:240]


STRICT = {"check_methods_subset_invariance"}  # to 1e-7, which is the rounding of float32: see the test below


@pytest.mark.parametrize("kind", [Classifier, Regressor])
def test_scikit_learn_finds_it_a_good_citizen(kind):
    failed = {}
    for estimator, check in estimator_checks_generator(kind("linear", epochs=30, val=0)):
        if check.func.__name__ in STRICT:
            continue
        try:
            check(estimator)
        except SkipTest:
            continue
        except Exception as error:
            failed[check.func.__name__] = f"{type(error).__name__}: {error}"
    assert failed == {}


def test_answers_do_not_depend_on_what_else_is_asked(digits):
    images, labels = digits
    classifier, regressor = Classifier(**QUICK).fit(images, labels), Regressor(**QUICK).fit(images, labels)
    for answer in (classifier.predict_proba, regressor.predict):
        one_by_one = np.concatenate([answer(images[place : place + 1]) for place in range(40)])
        np.testing.assert_allclose(one_by_one, answer(images)[:40], rtol=1e-5, atol=1e-6)


def test_it_is_cross_validated(digits):
    scores = cross_val_score(Classifier("linear", epochs=20), *digits, cv=3)
    assert scores.mean() > 0.9


def test_its_settings_are_searched(digits):
    search = GridSearchCV(Classifier(**QUICK), {"rate": [1e-9, 0.05]}, cv=2).fit(*digits)
    assert search.best_params_ == {"rate": 0.05}


def test_it_stands_in_a_pipeline_on_flat_rows(digits):
    images, labels = digits
    flat = images.reshape(len(images), -1)
    pipeline = make_pipeline(StandardScaler(), Classifier("linear", shape=(8, 8), epochs=8)).fit(flat, labels)
    assert pipeline.score(flat, labels) > 0.95
    assert pipeline[-1].predictor_.preprocess.sizes == (8, 8)


def test_a_pipeline_may_give_it_images(digits):
    images, labels = digits
    pipeline = make_pipeline(FunctionTransformer(lambda x: x / 16), Classifier("linear", epochs=8)).fit(images, labels)
    assert pipeline.score(images, labels) > 0.95


def test_probabilities_add_up_to_one_in_the_order_of_the_classes(digits):
    images, labels = digits
    names = np.array(["nought", "one", "two"])[labels]
    network = Classifier("linear", epochs=8).fit(images, names)
    chances = network.predict_proba(images)
    assert network.classes_.tolist() == ["nought", "one", "two"]
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(network.classes_[chances.argmax(axis=1)], network.predict(images))


def test_labels_keep_their_type_and_their_gaps(digits):
    images, labels = digits
    assert set(Classifier("linear", epochs=8).fit(images, labels * 10 - 5).predict(images)) == {-5, 5, 15}


def test_numbers_are_learned_in_their_own_units_and_shape(digits):
    images, _ = digits
    ink = images.mean(axis=(1, 2))
    both = np.stack([1000 * ink, -ink], axis=1)
    network = Regressor("linear", epochs=30)
    assert network.fit(images, ink).score(images, ink) > 0.9
    assert network.fit(images, ink).predict(images).shape == ink.shape
    assert network.fit(images, both).score(images, both) > 0.9
    assert network.predict(images).shape == both.shape


def test_one_seed_gives_one_network(digits):
    one, other, third = (Classifier(**QUICK, seed=seed).fit(*digits).predict_proba(digits[0]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - third).max() > 1e-3


def test_colour_images_with_channels_last_are_understood():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    images = rng.integers(0, 50, (60, 9, 9, 3), dtype=np.uint8)
    images[labels == 1, :, :, 2] += 200
    network = Classifier("linear", epochs=5).fit(images, labels)
    assert network.predictor_.preprocess.channels == 3
    assert network.score(images, labels) == 1


def test_clones_have_the_same_settings_and_nothing_learned(digits):
    network = Classifier(**QUICK, rate=0.02).fit(*digits)
    copy = clone(network)
    assert copy.get_params() == network.get_params()
    assert not hasattr(copy, "predictor_")


def test_an_unknown_setting_offers_the_nearest():
    with pytest.raises(UnknownName, match="no setting is called 'epoch'; did you mean 'epochs'"):
        Classifier("linear", epoch=3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda images, labels: Classifier("linear").fit(images, np.zeros(len(images), int)), "one class only"),
        (lambda images, labels: Classifier("linear", shape=(7, 8)).fit(images, labels), "do not fill a shape of"),
    ],
)
def test_what_cannot_be_learned_is_said(make, words, digits):
    with pytest.raises(DataError, match=words):
        make(*digits)
