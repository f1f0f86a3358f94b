import json
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from svertka.evaluation.sounds import heard, sixteen_bits
from svertka.nn import compressed
from svertka.runs import open_run


def test_bits_are_the_logarithms_of_the_probabilities_of_what_came(sounds_run):
    """For every test sound by the network itself, with the class told in channels of its own."""
    run = open_run(sounds_run)
    network, names, bits = run.network().double(), run.names, []
    for row in run.split:
        if row.part != "test":
            continue
        _, sound = wavfile.read(sounds_run.parent / "tones" / row.key)
        wave = torch.from_numpy(sound / 32768.0)
        told = torch.eye(2, dtype=torch.double)[names.index(row.key.split("/")[0])]
        image = torch.cat([wave[None], told[:, None].expand(2, len(wave))])[None]
        shares = network(image).softmax(1)[0]
        bits.append(-torch.log2(shares.gather(0, compressed(wave)[None])).mean().item())
    report = json.loads((sounds_run / "report.json").read_text())
    assert report["bits"] == pytest.approx(np.mean(bits), rel=1e-4)
    assert report["uniform"] == 8
    assert report["bits"] < report["frequencies"] < 8


def test_every_class_speaks_in_the_report_at_the_rate_it_was_recorded(sounds_run):
    page = (sounds_run / "report.html").read_text()
    sounds = [part.partition('"')[0] for part in page.split('<audio controls src="data:audio/wav;base64,')[1:]]
    assert len(sounds) == 2
    for sound in sounds:
        rate, wave = wavfile.read(BytesIO(b64decode(sound)))
        assert (rate, wave.shape, wave.dtype) == (4000, (160,), np.int16)


def test_waves_become_whole_numbers():
    assert sixteen_bits(np.array([0.0, 1.0, -1.0, 2.0, 0.5])).tolist() == [0, 32767, -32767, 32767, 16384]
    assert heard(np.zeros(4), 8000).startswith("data:audio/wav;base64,UklGR")
