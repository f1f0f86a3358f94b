import numpy as np
import pytest
import torch

from svertka import PLANE, SettingError, build
from svertka.measure import fields
from svertka.nn import compressed
from svertka.zoo.wavenet import Voice, drawn, sampled

SMALL = {"layers": 4, "stacks": 2, "width": 8, "skip": 12}


def network(conditions=3, **changes):
    torch.manual_seed(0)
    return build("wavenet_small", channels=1 + conditions, **{**SMALL, **changes}).eval()


def waves(count, length, conditions=3):
    torch.manual_seed(1)
    told = torch.nn.functional.one_hot(torch.arange(count) % conditions, conditions).float()
    wave = torch.rand(count, 1, length) * 2 - 1
    return torch.cat([wave, told[..., None].expand(count, conditions, length)], dim=1)


@pytest.mark.parametrize(("layers", "stacks", "seen"), [(10, 1, 1024), (10, 3, 3070), (9, 2, 1023)])
def test_it_sees_what_its_dilations_add_up_to(layers, stacks, seen):
    """Section 2.1: dilations 1, 2, 4, …, 512 give a receptive field of 1024."""
    with torch.device("meta"):
        made = build("wavenet", layers=layers, stacks=stacks)
    assert made.receptive_field == seen
    found = fields(made, 1, [4000])[""]
    assert (found.size, found.start) == ((seen,), (-float(seen),))


def test_nothing_later_moves_a_score_and_the_farthest_sample_does():
    net = network().double()
    wave = waves(1, 80).double()
    scores, seen = net(wave), net.receptive_field
    assert seen == 31
    for place in (0, 20, 79):
        other = wave.clone()
        other[0, 0, place] = -other[0, 0, place] + 0.1
        moved = (net(other) - scores).abs().amax(1)[0] > 0
        assert not moved[: place + 1].any()
        assert not moved[place + seen + 1 :].any()
    other = wave.clone()
    other[0, 0, 20] = -other[0, 0, 20] + 0.1
    assert ((net(other) - scores).abs().amax(1)[0] > 0)[20 + seen]


def test_conditions_are_heard():
    net, wave = network(), waves(2, 40)
    wave[1, 0] = wave[0, 0]
    one, other = net(wave)
    assert not torch.allclose(one, other)


def test_a_gated_layer_is_that_of_the_paper(rng):
    """Equation 3, in plain NumPy."""
    net = network()
    layer = net.layers[1]
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in layer.named_parameters()}
    x, told = rng.normal(size=(8, 30)), np.array([0.0, 1.0, 0.0])
    before = np.concatenate([np.zeros((8, 2)), x[:, :-2]], axis=1)
    both = weights["conv.weight"][..., 0] @ before + weights["conv.weight"][..., 1] @ x
    both = both + weights["conv.bias"][:, None] + (weights["condition.weight"] @ told)[:, None]
    out = np.tanh(both[:8]) / (1 + np.exp(-both[8:]))
    onward = x + weights["onward.weight"][..., 0] @ out + weights["onward.bias"][:, None]
    skip = weights["skip.weight"][..., 0] @ out + weights["skip.bias"][:, None]
    found = layer.double()(torch.from_numpy(x)[None], torch.from_numpy(told)[None])
    np.testing.assert_allclose(found[0][0].detach().numpy(), onward, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found[1][0].detach().numpy(), skip, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("conditions", [0, 3])
def test_a_voice_says_sample_by_sample_what_the_network_says_of_the_whole(conditions):
    net = network(conditions).double()
    wave = waves(2, 60, max(conditions, 1))[:, : 1 + conditions].double()
    whole = net(wave).detach().numpy()
    voice = Voice(net, wave[:, 1:, 0])
    heard = compressed(wave[:, 0]).numpy()
    codes = np.full(2, net.silence)
    for place in range(60):
        np.testing.assert_allclose(voice.scores(codes), whole[:, :, place], rtol=1e-9, atol=1e-12)
        codes = heard[:, place]


def naive(net, conditions, draws):
    """Sampling by the definition: the whole past through the whole network for every sample."""
    codes = np.full((len(draws), 1), net.silence)
    for place in range(draws.shape[1]):
        scores = net.scores(torch.from_numpy(codes), conditions)[:, :, -1].detach().numpy()
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        chosen = [
            int(np.searchsorted(row.cumsum(), draw, side="right"))
            for row, draw in zip(shares, draws[:, place], strict=True)
        ]
        codes = np.concatenate([codes, np.array(chosen)[:, None]], axis=1)
    return codes[:, 1:]


def test_cached_sampling_is_naive_sampling(rng):
    net, conditions = network().double(), torch.eye(3).double()
    draws = rng.random((3, 150))
    np.testing.assert_array_equal(sampled(net, conditions, draws), naive(net, conditions, draws))


def test_a_sound_goes_on_as_if_it_had_been_made(rng):
    net, conditions = network().double(), torch.eye(3)[:1].double()
    draws = rng.random((1, 80))
    whole = sampled(net, conditions, draws)
    np.testing.assert_array_equal(sampled(net, conditions, draws[:, 50:], prompt=whole[:, :50]), whole[:, 50:])


def test_draws_follow_the_probabilities():
    scores = np.log(np.array([[0.5, 0.25, 0.25, 0.0 + 1e-300]])).repeat(8, axis=0)
    draws = np.array([0.0, 0.49, 0.51, 0.74, 0.76, 0.99, 0.25, 0.5])
    assert drawn(scores, draws).tolist() == [0, 0, 1, 1, 2, 2, 0, 1]


def test_it_is_for_signals():
    with pytest.raises(SettingError, match="signals, not for planes"):
        build("wavenet", space=PLANE)
