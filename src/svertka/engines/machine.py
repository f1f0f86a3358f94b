"""What an engine's speed hangs on besides the network: the processor, its threads, and the versions of packages."""

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

PROCESSORS = Path("/proc/cpuinfo")


def traits(packages: Iterable[str] = ()) -> dict[str, str]:
    """What this machine is, trait by trait."""
    versions = {name: _version(name) for name in ("svertka", "torch", *packages)}
    return {"processor": processor(), "threads": str(torch.get_num_threads()), **versions}


def processor() -> str:
    """The processor's name, as the system tells it."""
    try:
        lines = PROCESSORS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine())


def difference(before: dict[str, str], now: dict[str, str]) -> str:
    """The first mark that is another now, in words; nothing where none is."""
    for name in before:
        if now.get(name) != before[name]:
            return f"{name} {before[name]} has become {now.get(name) or 'none'}"
    return ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
