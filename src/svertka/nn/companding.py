"""Sound in few levels: fine ones where it is soft, coarse ones where it is loud."""

from math import log1p

import torch
from torch import Tensor


def compressed(wave: Tensor, levels: int = 256) -> Tensor:
    """The level of each sample of a wave within ±1, by the µ-law: whole numbers from 0 to `levels - 1`.

    `sign(x) ln(1 + µ|x|) / ln(1 + µ)` with µ = levels - 1, in equal steps; ITU-T G.711, van den Oord et al.,
    arXiv:1609.03499, section 2.2. What is louder than 1 becomes the loudest level.
    """
    mu = levels - 1
    wave = wave.clamp(-1, 1)
    bent = wave.sign() * torch.log1p(mu * wave.abs()) / log1p(mu)
    return ((bent + 1) / 2 * mu + 0.5).long()


def expanded(codes: Tensor, levels: int = 256) -> Tensor:
    """The wave in the middle of each level: the inverse of `compressed`, but for what it has rounded off."""
    mu = levels - 1
    bent = 2 * codes.double() / mu - 1
    return (
        bent.sign() * torch.expm1(bent.abs() * torch.log1p(torch.tensor(float(mu), dtype=torch.double))) / mu
    ).float()
