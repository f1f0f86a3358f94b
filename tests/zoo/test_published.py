import re

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from svertka import DataError, SettingError, ShapeError, UnknownName, build
from svertka.zoo import find, published
from svertka.zoo.published import TORCHVISION, located


def named_otherwise(network, *, counters=True):
    """Weights as another project would name them, in the order of the layers."""
    state = {
        f"features.{place}.{name.rpartition('.')[2]}": value.detach().clone()
        for place, (name, value) in enumerate(network.state_dict().items())
        if counters or not name.endswith("num_batches_tracked")
    }
    for value in state.values():
        if value.is_floating_point():
            value.uniform_(0.1, 1.0)
    return state


@pytest.fixture
def theirs(tmp_path):
    """A checkpoint of a small residual network, and what is in it."""
    state = named_otherwise(build("resnet20"))
    torch.save(state, tmp_path / "theirs.pth")
    return tmp_path / "theirs.pth", list(state.values())


def same(network, values):
    for one, other in zip(network.state_dict().values(), values, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_weights_are_taken_over_in_order(theirs):
    path, values = theirs
    same(build("resnet20", weights=path), values)
    same(build("resnet20", weights=str(path)), values)


@pytest.mark.parametrize("wrap", [lambda s: {"state_dict": s, "epoch": 3}, lambda s: {"model": s}, lambda s: s])
def test_weights_may_stand_inside_a_checkpoint(tmp_path, wrap):
    state = named_otherwise(build("resnet20"))
    torch.save(wrap(state), tmp_path / "a.pth")
    same(build("resnet20", weights=tmp_path / "a.pth"), state.values())


def test_a_run_of_ours_gives_its_weights_to_the_next_by_their_names(tmp_path):
    state = {name: torch.randn_like(value) for name, value in build("resnet20").state_dict().items() if value.dim()}
    save_file(state, tmp_path / "weights.safetensors")
    found = build("resnet20", weights=tmp_path / "weights.safetensors").state_dict()
    for name, value in state.items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=0)


def test_a_file_that_is_sorted_by_other_names_is_refused(tmp_path):
    state = {f"encoder.{name}": value for name, value in named_otherwise(build("resnet20")).items()}
    save_file(state, tmp_path / "a.safetensors")
    with pytest.raises(ShapeError, match=r"is sorted by names that are not known; wanted a \.pth"):
        build("resnet20", weights=tmp_path / "a.safetensors")


def test_old_files_without_counters_are_taken(tmp_path):
    state = named_otherwise(build("resnet20"), counters=False)
    torch.save(state, tmp_path / "old.pth")
    found = [value for value in build("resnet20", weights=tmp_path / "old.pth").state_dict().values() if value.dim()]
    for one, other in zip(found, state.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_auxiliary_classifiers_are_found_wherever_they_stand(torchvision, tmp_path):
    peer = torchvision.models.googlenet(weights=None, init_weights=False)
    torch.save(peer.state_dict(), tmp_path / "a.pth")
    network = build("googlenet", weights=tmp_path / "a.pth").eval()
    torch.testing.assert_close(network.sides["3"][-1].weight, peer.aux1.fc2.weight)
    torch.testing.assert_close(network.head[-1].weight, peer.fc.weight)


def test_without_auxiliary_classifiers_those_stay_as_they_started(torchvision, tmp_path):
    peer = torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=False)
    torch.save(peer.state_dict(), tmp_path / "a.pth")
    torch.testing.assert_close(build("googlenet", weights=tmp_path / "a.pth").head[-1].weight, peer.fc.weight)


@pytest.mark.parametrize("channels", [1, 2, 3, 5, 6])
def test_another_number_of_channels_answers_to_equal_channels_alike(theirs, channels):
    path, _ = theirs
    whole = build("resnet20", weights=path).stem[0]
    adapted = build("resnet20", channels=channels, weights=path, adapt=["stem"]).stem[0]
    grey = torch.randn(1, 1, 8, 8)
    one, other = (conv(grey.expand(1, conv.in_channels, 8, 8)) for conv in (whole, adapted))
    torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-4)


def test_another_number_of_classes_gets_a_fresh_head_and_keeps_the_rest(theirs):
    path, values = theirs
    found = build("resnet20", classes=4, weights=path, adapt=["head"]).state_dict()
    for name, value in list(found.items())[:-2]:
        torch.testing.assert_close(value, values[list(found).index(name)], rtol=0, atol=0)
    assert found["head.2.weight"].shape == (4, 64)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"classes": 4}, r"is for 10 classes, and here are 4; to change its head, say adapt=\['head'\]"),
        ({"channels": 1}, r"is for 3 channels, and here are 1; to change its stem, say adapt=\['stem'\]"),
        ({"channels": 1, "adapt": ["head"]}, r"to change its stem"),
    ],
)
def test_what_differs_is_adapted_only_when_asked(theirs, wanted, said):
    with pytest.raises(ShapeError, match=said):
        build("resnet20", weights=theirs[0], **wanted)


@pytest.mark.parametrize(
    ("name", "said"), [("resnet32", "97 of them, where 157 are wanted"), ("lenet5", "97 of them, where 10 are wanted")]
)
def test_the_weights_of_another_network_are_refused(theirs, name, said):
    with pytest.raises(ShapeError, match=said):
        build(name, weights=theirs[0])


def test_the_first_weight_that_does_not_fit_is_named(theirs):
    with pytest.raises(ShapeError, match=r"its features\.0\.weight is \(16, 3, 3, 3\), but stem\.0\.weight is \(32,"):
        build("resnet20", width=32, weights=theirs[0])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pth", b"no weights", "cannot be read as weights"),
        ("a.pth", b"", "cannot be read as weights"),
        ("a.safetensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}", "cannot be read as weights"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{re.escape(name)} {said}"):
        build("resnet20", weights=tmp_path / name)


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("touch was-run",)


@pytest.mark.parametrize(
    "content", [{"a": 1}, [torch.ones(2)], nn.Linear(2, 2), Evil()], ids=lambda c: type(c).__name__
)
def test_what_is_not_weights_is_refused_and_not_run(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(DataError, match=r"a\.pth (holds no weights|cannot be read as weights)"):
        build("resnet20", weights=tmp_path / "a.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]


def test_a_missing_file_an_unknown_name_and_an_unknown_part_are_said(tmp_path, theirs):
    with pytest.raises(DataError, match=r"there is no file of weights .*gone\.pth"):
        build("resnet20", weights=tmp_path / "gone.pth")
    with pytest.raises(UnknownName, match="did you mean 'IMAGENET1K_V2' or 'IMAGENET1K_V1'"):
        build("resnet50", weights="torchvision:IMAGENET1K_V3")
    with pytest.raises(SettingError, match="adapt should name stem or head, not 'tail'"):
        build("resnet20", weights=theirs[0], adapt=["tail"])


@pytest.mark.parametrize(
    ("variant", "weights", "address"),
    [
        ("resnet18", "torchvision:IMAGENET1K_V1", "https://download.pytorch.org/models/resnet18-f37072fd.pth"),
        ("resnet50", "hf:me/mine/a/b.pth", "https://huggingface.co/me/mine/resolve/main/a/b.pth"),
        ("resnet50", "https://here/a.pth", "https://here/a.pth"),
    ],
)
def test_names_stand_for_addresses(monkeypatch, tmp_path, variant, weights, address):
    asked = []
    monkeypatch.setattr(published, "fetched", lambda address: asked.append(address) or tmp_path)
    assert located(variant, weights) == tmp_path
    assert asked == [address]


def test_addresses_accuracies_and_preprocessing_are_torchvisions(torchvision):
    for variant, sets in TORCHVISION.items():
        known = torchvision.models.get_model_weights(find(variant).name)
        for name, ours in sets.items():
            assert ours.address == known[name].url
            assert ours.accuracy == known[name].meta["_metrics"]["ImageNet-1K"]["acc@1"]
            made = known[name].transforms()
            assert (ours.size, ours.resize) == (made.crop_size[0], made.resize_size[0])
            if variant not in ("googlenet", "inception_v3"):  # these change the input again inside
                assert (ours.mean, ours.deviation) == (tuple(made.mean), tuple(made.std))


def columns(*triples):
    return (torch.tensor(triple).reshape(1, 3, 1, 1) for triple in triples)


def test_networks_that_change_their_input_inside_get_it_so_from_us(torchvision):
    """torchvision turns ImageNet's normalisation into (x - 0.5) / 0.5 inside; our preprocessing does that at once."""
    peer = torchvision.models.googlenet(weights=None, init_weights=False, transform_input=True)
    pixels, known = torch.rand(2, 3, 8, 8), TORCHVISION["googlenet"]["IMAGENET1K_V1"]
    mean, deviation = columns((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    inside = peer._transform_input((pixels - mean) / deviation)
    mean, deviation = columns(known.mean, known.deviation)
    torch.testing.assert_close((pixels - mean) / deviation, inside)
