"""The one list of claims."""

from svertka.claims import qm7, shapes, spherical_cost, spherical_equivariance, spherical_mnist
from svertka.claims.values import Claim
from svertka.errors import UnknownName

CLAIMS: tuple[Claim, ...] = (
    qm7.CLAIM,
    shapes.CLAIM,
    spherical_cost.CLAIM,
    spherical_equivariance.CLAIM,
    spherical_mnist.CLAIM,
)


def claims() -> list[Claim]:
    """All claims, in the order of their names."""
    return sorted(CLAIMS, key=lambda claim: claim.name)


def find(name: str) -> Claim:
    """The claim of this name.

    Raises:
        UnknownName: there is none; the message offers the nearest.
    """
    known = {claim.name: claim for claim in CLAIMS}
    if name not in known:
        raise UnknownName("claim", name, known)
    return known[name]
