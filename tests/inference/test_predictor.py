import logging
import struct
from dataclasses import replace
from shutil import copytree

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

import svertka
from svertka.engines.kept import Started
from svertka.errors import DataError, RunError, SettingError, UnknownName
from svertka.inference import Prediction, Predictor, predict
from svertka.runs import open_run
from svertka.settings import PredictSettings


@pytest.fixture(scope="module")
def photographs(photos_run):
    return sorted((photos_run.parent / "photos").rglob("*.png"))[::6]


@pytest.fixture(scope="module")
def stack(photographs):
    return np.stack([np.asarray(Image.open(path)) for path in photographs])


def by_hand(run, images):
    """Probabilities of ready images `(batch, channels, *sizes)`, from what the run folder says."""
    run = open_run(run)
    known, weights = run.preprocess, run.network().state_dict()
    mean, deviation = np.array(known.mean), np.array(known.deviation)
    x = (np.moveaxis(images, 1, -1) / known.scale - mean) / deviation
    weight, bias = (weights[f"head.0.{name}"].double().numpy() for name in ("weight", "bias"))
    scores = np.einsum("bhwc,kchw->bk", x, weight) + bias
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def table(predictions, names):
    return np.array([[each.answers[name] for name in names] for each in predictions])


def test_probabilities_are_those_of_the_formula(photos_run, stack):
    found = table(predict(photos_run, stack, top=3), open_run(photos_run).names)
    np.testing.assert_allclose(found, by_hand(photos_run, stack.transpose(0, 3, 1, 2)), rtol=1e-4, atol=1e-7)


def test_the_likeliest_comes_first_and_top_says_how_many(photos_run, photographs):
    whole = predict(photos_run, photographs[0], top=9)[0]
    assert sorted(whole.answers.values(), reverse=True) == list(whole.answers.values())
    assert sum(whole.answers.values()) == pytest.approx(1, abs=1e-6)
    assert (whole.label, whole.score) == next(iter(whole.answers.items()))
    assert predict(photos_run, photographs[0])[0].answers == {whole.label: whole.score}


def as_idx(folder, stack):
    folder.mkdir()
    content = struct.pack(">4B4I", 0, 0, 8, 4, *stack.shape) + stack.tobytes()
    (folder / "test-images-idx4-ubyte").write_bytes(content)
    return folder


@pytest.mark.parametrize("batch", [1, 64])
def test_the_same_image_has_the_same_answer_however_it_comes(photos_run, photographs, stack, tmp_path, batch):
    h5py = pytest.importorskip("h5py")
    np.save(tmp_path / "a.npy", stack.transpose(0, 3, 1, 2))
    np.savez(tmp_path / "a.npz", images=stack)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = stack
    (tmp_path / "a.csv").write_text("\n".join(["path,label", *(f"{path},?" for path in photographs)]), encoding="utf-8")
    for place, path in enumerate(photographs):
        (tmp_path / "ein Ordner" / str(place)).mkdir(parents=True)
        (tmp_path / "ein Ordner" / str(place) / "ü.png").write_bytes(path.read_bytes())
    ways = ["a.npy", "a.npz", "a.h5", "a.csv", "ein Ordner"]
    ways = [stack, *(tmp_path / way for way in ways), as_idx(tmp_path / "idx", stack)]
    expected = [each.answers for each in predict(photos_run, *photographs, top=3)]
    for way in ways:
        found = predict(photos_run, way, top=3, batch=batch)
        assert [list(each.answers) for each in found] == [list(answers) for answers in expected]
        for each, answers in zip(found, expected, strict=True):
            assert each.answers == pytest.approx(answers, rel=1e-5, abs=1e-9)


def test_digits_by_name_are_digits_as_an_array(digits_run):
    images = (load_digits().images / 16).astype(np.float32)
    one, other = predict(digits_run, "digits"), predict(digits_run, images)
    assert [each.label for each in one] == [each.label for each in other]
    assert np.mean([each.label == str(truth) for each, truth in zip(one, load_digits().target, strict=True)]) > 0.8


def test_an_array_of_true_and_false_is_predicted_as_it_was_trained(tmp_path, rng):
    masks = np.repeat([False, True], 20)[:, None, None] ^ (rng.random((40, 8, 8)) < 0.1)
    np.savez(tmp_path / "masks.npz", x=masks, y=np.repeat(["dark", "light"], 20))
    svertka.train("linear", tmp_path / "masks.npz", tmp_path / "run", epochs=2, batch=8)
    assert len(predict(tmp_path / "run", tmp_path / "masks.npz")) == 40


def test_answers_come_one_by_one_and_inputs_are_not_all_read_first(photos_run, stack):
    taken = []
    predictor = Predictor.load(open_run(photos_run), "cpu")
    endless = (taken.append(1) or stack[0] for _ in iter(int, 1))
    stream = predictor.stream(endless, PredictSettings(batch=4))
    assert [next(stream).label for _ in range(6)] == [next(stream).label] * 6
    stream.close()
    assert len(taken) < 40


def test_numbers_are_told_in_their_own_units(tmp_path, rng):
    images = rng.random((60, 6, 6)).astype(np.float32) * rng.random((60, 1, 1)).astype(np.float32)
    truth = 1e4 + 500 * images.mean((1, 2))
    np.savez(tmp_path / "sky.npz", x=images, y=np.stack([truth, -truth], 1))
    svertka.train("linear", tmp_path / "sky.npz", tmp_path / "run", epochs=60, batch=16)
    found = predict(tmp_path / "run", tmp_path / "sky.npz")
    assert list(found[0].answers) == ["target 0", "target 1"]
    values = table(found, ["target 0", "target 1"])
    assert np.abs(values - np.stack([truth, -truth], 1)).mean() < truth.std() / 2
    assert found[0].document() == {"path": f"{tmp_path / 'sky.npz'}:x[0]", **found[0].answers}


def test_a_document_holds_plain_values():
    prediction = Prediction("a.png", "classify", {"cat": 0.75, "dog": 0.25})
    top = [{"class": "cat", "score": 0.75}, {"class": "dog", "score": 0.25}]
    assert prediction.document() == {"path": "a.png", "class": "cat", "score": 0.75, "top": top}


def spoilt(folder, photographs):
    """Two good images with four bad ones between them."""
    folder.mkdir()
    good = photographs[0].read_bytes()
    (folder / "1 good.png").write_bytes(good)
    (folder / "2 empty.png").write_bytes(b"")
    (folder / "3 text.png").write_text("no image")
    (folder / "4 short.png").write_bytes(good[: len(good) // 2])
    Image.new("I;16", (12, 12)).save(folder / "5 deep.png")
    (folder / "6 good.png").write_bytes(good)
    return folder


def test_bad_images_are_left_out_and_counted(photos_run, photographs, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        found = predict(photos_run, spoilt(tmp_path / "bad", photographs), skip_bad=True, batch=1)
    assert [each.name[-10:] for each in found] == ["1 good.png", "6 good.png"]
    for name in ("2 empty.png", "3 text.png", "4 short.png", "5 deep.png", "4 images were left out"):
        assert name in caplog.text


@pytest.mark.parametrize("name", ["2 empty.png", "3 text.png", "4 short.png", "5 deep.png"])
def test_the_first_bad_image_is_named(photos_run, photographs, tmp_path, name):
    with pytest.raises(DataError, match=name) as error:
        predict(photos_run, spoilt(tmp_path / "bad", photographs) / name)
    assert str(error.value).count(name) == 1


def test_nothing_good_gives_nothing(photos_run, photographs, tmp_path):
    assert predict(photos_run, spoilt(tmp_path / "bad", photographs) / "2 empty.png", skip_bad=True) == []
    assert predict(photos_run) == []
    assert predict(photos_run, np.zeros((0, 12, 12, 3), np.uint8)) == []


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.full((2, 8, 8), "x"), r"array\[0\]"),
        (np.zeros((2, 8, 8), complex), r"array\[0\].*complex"),
        (np.zeros((2, 8, 8), np.uint8), r"array\[0\]: its pixels are uint8, but this network was trained on float"),
        (np.full((2, 8, 8), np.nan), r"array\[0\]: 64 of its pixels are NaN or infinite"),
        (np.zeros((2, 0, 8)), r"array\[0\].* nothing"),
        (np.zeros((2, 2, 2, 2, 2)), "axes"),
    ],
)
def test_an_array_of_another_kind_is_refused(digits_run, array, said):
    with pytest.raises(DataError, match=said):
        predict(digits_run, array)


def test_a_bomb_is_not_opened(photos_run, photographs):
    with pytest.raises(DataError, match="max-pixels"):
        predict(photos_run, photographs[0], max_pixels=100)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"topp": 3}, UnknownName, "'topp'; did you mean 'top'"),
        ({"top": 0}, SettingError, "setting top .*greater than or equal to 1, not 0"),
        ({"device": "gpu"}, SettingError, "device"),
    ],
)
def test_a_wrong_choice_is_named(digits_run, changes, error, said):
    with pytest.raises(error, match=said):
        predict(digits_run, "digits", **changes)


def test_damaged_weights_are_not_used(digits_run, tmp_path):
    run = open_run(copytree(digits_run, tmp_path / "run"))
    path = run.path / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    with pytest.raises(RunError, match=r"weights\.safetensors is damaged"):
        predict(run, "digits")


def test_a_run_that_moved_and_one_given_as_a_run_predict_alike(photos_run, photographs, tmp_path):
    moved = copytree(photos_run, tmp_path / "a b ö")
    assert predict(open_run(moved), photographs[0]) == predict(str(photos_run), photographs[0])


def test_predicting_leaves_the_run_and_the_gradients_alone(photos_run, photographs):
    before = {path: path.read_bytes() for path in photos_run.rglob("*") if path.is_file()}
    predict(photos_run, photographs[0])
    assert {path: path.read_bytes() for path in photos_run.rglob("*") if path.is_file()} == before
    assert torch.is_grad_enabled()


class Watched:
    """A preprocessing that tells on how many threads it works."""

    def __init__(self, preprocess):
        self.preprocess, self.seen = preprocess, []

    def normal(self, pixels):
        self.seen.append(torch.get_num_threads())
        return self.preprocess.normal(pixels)


def test_images_for_an_engine_are_normalised_on_one_thread(digits_run):
    plain = Predictor.load(open_run(digits_run), "cpu")
    pixels = torch.rand(3, 1, *plain.preprocess.sizes)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        alone = replace(plain, preprocess=Watched(plain.preprocess))
        behind = replace(alone, engine=Started(plain.scores, tuple(pixels.shape)))
        assert torch.equal(alone.normal(pixels), behind.normal(pixels))
        assert alone.preprocess.seen == [3, 1]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
