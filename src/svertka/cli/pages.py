"""Pages of the documentation that are made from the lists they describe."""

from collections.abc import Callable, Iterable, Sequence

from svertka.cli.output import amount
from svertka.geometry import times
from svertka.zoo import Variant

Priced = tuple[Variant, int]

HEAD = """# The zoo

Made by `svertka zoo --markdown`; do not edit. Parameters are counted, and are those published wherever they are, to the
last unit or as far as a paper rounds them; the classifiers that serve in training only are counted too. A multiply-add
(MAC) is one multiplication with its addition, counted once, for one image of the published size. Every network takes
`classes=`, `channels=` and `space=`.
"""
COLUMNS = "| network | year | parameters | MACs | image | classes |\n|---|---|---:|---:|---|---:|\n"


def zoo_page(rows: Sequence[Priced]) -> str:
    """Every network with its facts, family by family in order of the years, and paper by paper."""
    parts = [HEAD]
    for members in _grouped(rows, lambda variant: variant.family.__name__):
        first, _ = members[0]
        parts.append(f"\n## {first.family.__name__}\n\n{first.summary}\n")
        for group in _grouped(members, lambda variant: variant.paper):
            parts.append(f"\n{_linked(group[0][0].paper)}\n\n{COLUMNS}")
            parts.extend(_row(variant, macs) for variant, macs in group)
    return "".join(parts)


def _grouped(rows: Sequence[Priced], key: Callable[[Variant], str]) -> Iterable[list[Priced]]:
    """Rows with the same key together, in order of the first of each."""
    groups: dict[str, list[Priced]] = {}
    for variant, macs in rows:
        groups.setdefault(key(variant), []).append((variant, macs))
    return groups.values()


def _row(variant: Variant, macs: int) -> str:
    return (
        f"| `{variant.name}` | {variant.year} | {variant.parameters:,} | {amount(macs)} | "
        f"{times(variant.sample)} | {variant.classes:,} |\n"
    )


def _linked(paper: str) -> str:
    """A paper's number with a link to it; what follows a comma is a place in it."""
    number, comma, place = paper.partition(",")
    kind, _, identity = number.partition(":")
    site = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}.get(kind)
    return f"[{number}]({site}{identity}){comma}{place}" if site else paper
