"""Whether several answers are better than one: views, runs and thinned networks on the small photographs of CIFAR-10.

Trains three LeNet-5 from different seeds and a SqueezeNet, which has dropout, into a folder, and prints a table:

    python benchmarks/views.py FOLDER [--epochs 10]

The networks are light, so that this takes some minutes on one core, and the accuracies are low; what is to be seen is
what becomes of them. Of the training images the project has 20,000, and all 10,000 of the test.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from datasets import cifar10

import svertka

SEEDS = (0, 1, 2)
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("lenet5-0", {}),
    ("lenet5-0", {"views": "mirror"}),
    ("lenet5-0", {"views": "multi-scale:1/1.1/1.2"}),
    ("lenet5-0", {"views": "ten-crop"}),
    ("lenet5-0", {"views": "flips"}),
    ("lenet5-0", {"others": ["lenet5-1", "lenet5-2"]}),
    ("lenet5-0", {"others": ["lenet5-1", "lenet5-2"], "combine": "vote"}),
    ("lenet5-0", {"others": ["lenet5-1", "lenet5-2"], "views": "mirror"}),
    ("squeezenet", {}),
    ("squeezenet", {"dropout_samples": 20}),
    ("squeezenet", {"views": "mirror"}),
]


def trained(folder: Path, epochs: int) -> None:
    """The networks, where they are not there yet."""
    light = {"stem": "published", "optimiser": "adam", "rate": 0.001}
    jobs = {f"lenet5-{seed}": ("lenet5", {"epochs": epochs, "seed": seed}) for seed in SEEDS}
    jobs["squeezenet"] = ("squeezenet1_1", {"epochs": epochs, **light})
    for name, (variant, settings) in jobs.items():
        if not (folder / name / "report.json").exists():
            svertka.train(variant, cifar10(), folder / name, overwrite=True, **settings)


def row(folder: Path, name: str, asked: dict[str, Any]) -> str:
    """One line of the table."""
    changes = {**asked, "others": [folder / other for other in asked.get("others", ())]}
    report = svertka.evaluate(folder / name, out=folder / "reports" / "last", **changes).report.model_dump()
    together = report.get("together", {"passes": 1, "uncertainty": []})
    ranks = {each["measure"]: f"{each['auroc']:.3f}" for each in together["uncertainty"]}
    words = [f"--with {other}" for other in asked.get("others", ())]
    words += [f"--{flag.replace('_', '-')} {value}" for flag, value in asked.items() if flag != "others"]
    cells = [
        name, " ".join(words) and f"`{' '.join(words)}`", together["passes"], f"{report['accuracy']:.4f}",
        f"{report['loss']:.3f}", f"{report['ece']:.3f}", ranks.get("entropy", ""), ranks.get("mutual_information", ""),
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Train, and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=10)
    said = parser.parse_args()
    trained(said.folder, said.epochs)
    print("| run | flags | passes | accuracy | loss | calibration error | AUROC, entropy | AUROC, information |")
    print("|---|---|---|---|---|---|---|---|")
    for name, asked in ROWS:
        print(row(said.folder, name, asked), flush=True)


if __name__ == "__main__":
    main()
