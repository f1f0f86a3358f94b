"""A folder of images for each class, with or without folders train, val and test above them."""

import logging
from collections import Counter
from pathlib import Path

from svertka.data.datasets import DataSet, Origin, classified
from svertka.data.formats import is_image
from svertka.data.samples import Files
from svertka.data.sets.registry import Layout, opening, register
from svertka.errors import DataError
from svertka.settings import DataSettings

log = logging.getLogger(__name__)

PARTS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


def read(root: Path, settings: DataSettings) -> DataSet:
    """Every image below a class's folder, however deep."""
    parts = _parts(root)
    paths, labels, marks = [], [], []
    for part, folder in parts:
        for class_folder in _folders(folder):
            found = images(class_folder)
            paths += found
            labels += [class_folder.name] * len(found)
            marks += [part] * len(found)
    if not paths:
        raise DataError(f"{root} holds no images: wanted a folder for each class with images in it")
    files = Files(paths, root, opening(settings))
    return classified(Origin(root.resolve().name, str(root), "folder of classes", files, marks), labels)


def images(folder: Path) -> list[Path]:
    """All images below a folder, in order of their names; other files are left out, and said to be."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _hidden(path.relative_to(folder))]
    others = Counter(path.suffix or "no ending" for path in files if not is_image(path))
    if others:
        kinds = ", ".join(f"{count} {ending}" for ending, count in others.most_common())
        log.warning("%s: files that are no images are left out (%s)", folder, kinds)
    return [path for path in files if is_image(path)]


def _parts(root: Path) -> list[tuple[str, Path]]:
    """The parts' folders where there are such, else the whole as no part."""
    found = [(PARTS[folder.name.lower()], folder) for folder in _folders(root) if folder.name.lower() in PARTS]
    if not any(part == "train" for part, _ in found):
        return [("", root)]
    beside = [folder.name for folder in _folders(root) if folder.name.lower() not in PARTS]
    if beside:
        raise DataError(f"{root} has a folder train, but also {', '.join(beside)}: are these classes or parts?")
    return found


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not _hidden(Path(path.name)))


def _hidden(path: Path) -> bool:
    return any(piece.startswith((".", "__MACOSX")) or piece in ("Thumbs.db", "desktop.ini") for piece in path.parts)


FOLDERS = register(Layout("folder of classes", matches=Path.is_dir, open=read))
