"""The table of docs/results.md: every data set trained, evaluated and predicted, as a person would from the shell.

    python benchmarks/results.py [NAME ...]

Each row is one `svertka train` in a process of its own, with the flags shown, then `svertka predict` on all images.
Without names all rows are made, which takes an hour or two; a row that is there already, in `build/results`, is printed
again without being made again. The seconds count the whole training, from reading the files to the report.
"""

import argparse
import json
import subprocess
import sys
from statistics import median
from time import perf_counter

from datasets import BUILD, DATASETS

RUNS = BUILD.parent / "results"
OUTLINES = ["--epochs", "25", "--batch", "8", "--optimiser", "adam", "--flip", "both"]
ROWS: dict[str, tuple[str, str, list[str]]] = {
    "digits-0": ("auto", "digits", ["--seed", "0"]),
    "digits-1": ("auto", "digits", ["--seed", "1"]),
    "digits-2": ("auto", "digits", ["--seed", "2"]),
    "mnist-lenet5": ("lenet5", "mnist", ["--epochs", "5", "--crop", "0.06"]),
    "mnist-resnet": ("resnet20", "mnist", ["--epochs", "8", "--crop", "0.06"]),
    "fashion": ("auto", "fashion", []),
    "cifar10": ("auto", "cifar10", ["--epochs", "15"]),
    "flowers": ("auto", "flowers", ["--epochs", "15"]),
    "frdeep": ("auto", "frdeep", []),
    "adrenal": ("auto", "adrenal", ["--size", "32", "--epochs", "15"]),
    "fsdd": ("auto", "fsdd", ["--epochs", "15"]),
    "nuclei": ("auto", "nuclei", ["--size", "128"]),
    "outlines": ("fcn8s_resnet18", "outlines", OUTLINES),
    "taxi": ("auto", "taxi", ["--task", "forecast", *["--lags", "1-3/24/168", "--test", "672", "--epochs", "2"]]),
    "voices": ("wavenet_small", "fsdd", ["--size", "3000", "--rate", "0.002", "--epochs", "5"]),
}


def main() -> None:
    """Make the rows and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=list(ROWS), metavar="NAME", help=f"one of {', '.join(ROWS)}")
    names = parser.parse_args().names
    rows = {name: _made(name) for name in names}
    print("| data | network | flags | test images | result | epochs | seconds | seed |")
    print("|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        print(_line(name, row))
    digits = [row for name, row in rows.items() if name.startswith("digits")]
    if len(digits) == 3:
        print(f"\nMedian accuracy on digits: {median(row['report']['accuracy'] for row in digits):.4f}")


def _made(name: str) -> dict:  # type: ignore[type-arg]
    kept = RUNS / f"{name}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    variant, data, flags = ROWS[name]
    source = str(DATASETS[data]()) if data in DATASETS else data
    begin = perf_counter()
    answer = _svertka("train", variant, source, str(RUNS / name), "--overwrite", *flags)
    row = {**json.loads(answer), "seconds": perf_counter() - begin}
    row["epochs"] = sum(1 for _ in (RUNS / name / "history.csv").open()) - 1
    row["seed"] = next(
        line.split("=")[1].strip() for line in (RUNS / name / "settings.toml").open() if line.startswith("seed")
    )
    given = "7" if row["report"]["task"] == "next" else source
    _svertka("predict", str(RUNS / name), given, "--out", str(RUNS / f"{name}.csv"), "--overwrite")
    kept.write_text(json.dumps(row))
    return row


def _svertka(*words: str) -> str:
    print("svertka", *words, file=sys.stderr)
    done = subprocess.run([sys.executable, "-m", "svertka", *words, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout


def _line(name: str, row: dict) -> str:  # type: ignore[type-arg]
    report = row["report"]
    subject = report["subject"]
    cells = [
        name, subject["network"], " ".join(ROWS[name][2]) or "none", f"{subject['samples']:,}", _result(report),
        row["epochs"], f"{row['seconds']:.0f}", row["seed"],
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _result(report: dict) -> str:  # type: ignore[type-arg]
    if report["task"] == "regress":
        return ", ".join(f"RMSE {row['rmse']:.3g}, R² {row['r2']:.3f}" for row in report["columns"])
    if report["task"] == "segment":
        return f"Dice {report['dice']:.4f}"
    if report["task"] == "forecast":
        return f"RMSE {report['rmse']:.3g}; " + ", ".join(
            f"{row['name']} {row['rmse']:.4g}" for row in report["baselines"]
        )
    if report["task"] == "next":
        return f"{report['bits']:.4g} bits a sample; by how often levels occur {report['frequencies']:.3g}"
    low, high = report["interval"]
    return f"accuracy {report['accuracy']:.4f} ({low:.4f} to {high:.4f})"


if __name__ == "__main__":
    main()
