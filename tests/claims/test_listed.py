"""The list of claims."""

import pytest

from svertka import UnknownName
from svertka.claims import claims, find


def test_every_claim_is_found_by_its_name():
    assert [find(claim.name) for claim in claims()] == claims()
    assert len({claim.name for claim in claims()}) == len(claims())


def test_every_claim_says_what_is_claimed_where_and_what_its_sizes_do():
    for claim in claims():
        assert claim.says.endswith(".")
        assert claim.paper
        assert claim.quick
        assert claim.full


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one():
    with pytest.raises(UnknownName, match=r"no claim is called 'qm8'; did you mean 'qm7'\?"):
        find("qm8")
