import struct

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from svertka.errors import RunError
from svertka.runs.weights import digest, read_weights, write_weights, written_digest


def weights():
    return {
        "stem.weight": torch.arange(6.0).reshape(2, 3),
        "norm.count": torch.tensor(7),
        "half": torch.ones(3, dtype=torch.bfloat16),
        "none": torch.zeros(0, 4),
    }


def test_weights_come_back_bit_by_bit(tmp_path):
    write_weights(tmp_path / "w", weights() | {"odd": torch.tensor([float("nan"), -0.0, 1e-45])})
    found = read_weights(tmp_path / "w")
    assert found.pop("odd").numpy().tobytes() == torch.tensor([float("nan"), -0.0, 1e-45]).numpy().tobytes()
    assert list(found) == sorted(weights())
    for name, value in weights().items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=0)


def test_the_digest_is_told_without_reading_the_weights(tmp_path):
    write_weights(tmp_path / "w", weights())
    assert written_digest(tmp_path / "w") == digest(weights())
    save_file(weights(), tmp_path / "foreign")
    (tmp_path / "broken").write_bytes(b"no weights")
    assert [written_digest(tmp_path / name) for name in ("foreign", "broken", "none")] == ["", "", ""]


def test_safetensors_itself_reads_them(tmp_path):
    write_weights(
        tmp_path / "w", {"turned": torch.arange(6.0).reshape(2, 3).T, "learned": torch.ones(2).requires_grad_()}
    )
    assert load_file(tmp_path / "w")["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_equal_weights_give_equal_files(tmp_path):
    write_weights(tmp_path / "one", weights())
    write_weights(tmp_path / "two", dict(reversed(weights().items())))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@given(st.data())
@settings(deadline=None, max_examples=50)
def test_any_bit_that_flips_is_noticed(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    write_weights(path, weights())
    raw = bytearray(path.read_bytes())
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    raw[data.draw(st.integers(start, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw)
    with pytest.raises(RunError, match=r"weights\.safetensors is damaged: its weights are not those"):
        read_weights(path)


@pytest.mark.parametrize("kept", [0, 4, 40, -1])
def test_a_file_cut_short_is_damaged(tmp_path, kept):
    write_weights(tmp_path / "weights.safetensors", weights())
    raw = (tmp_path / "weights.safetensors").read_bytes()
    (tmp_path / "weights.safetensors").write_bytes(raw[:kept])
    with pytest.raises(RunError, match=r"weights\.safetensors is damaged"):
        read_weights(tmp_path / "weights.safetensors")


def test_weights_that_are_not_there_yet_say_how_to_go_on(tmp_path):
    with pytest.raises(RunError, match=r"has no w\.safetensors: .* go on with resume"):
        read_weights(tmp_path / "w.safetensors")


def test_weights_from_elsewhere_need_no_digest(tmp_path):
    save_file({"a": torch.ones(2)}, tmp_path / "w")
    assert read_weights(tmp_path / "w")["a"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "other",
    [
        {"a": torch.tensor([1.0, 3.0])},
        {"b": torch.tensor([1.0, 2.0])},
        {"a": torch.tensor([1.0]), "b": torch.tensor([2.0])},
        {"a": torch.tensor([1.0, 2.0], dtype=torch.float64)},
        {"a": torch.tensor([[1.0], [2.0]])},
        {},
    ],
)
def test_other_weights_have_another_digest(other):
    assert digest(other) != digest({"a": torch.tensor([1.0, 2.0])})


def test_the_order_of_names_does_not_matter_to_the_digest():
    assert digest(weights()) == digest(dict(reversed(weights().items())))
