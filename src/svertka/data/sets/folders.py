"""Folders of images: one for each class, or images beside masks; with or without train, val and test above them."""

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

from svertka.data.datasets import DataSet, Origin, classified, placed
from svertka.data.formats import is_image
from svertka.data.samples import Files
from svertka.data.sets.registry import Layout, opening, register
from svertka.data.sets.targets import outlined, spoken
from svertka.data.truths import Itself
from svertka.errors import DataError
from svertka.settings import DataSettings

log = logging.getLogger(__name__)

PARTS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


IMAGES, MASKS = {"images", "image", "imgs"}, {"masks", "mask", "labels", "annotations", "segmentation"}


def read(root: Path, settings: DataSettings) -> DataSet:
    """Every image below a class's folder, however deep; or images with their masks; or signals as they are."""
    parts = _parts(root)
    if settings.task != "classify" and all(_pair(folder) for _, folder in parts):
        return _outlined(root, parts, settings)
    if settings.task == "next" and not all(_folders(folder) for _, folder in parts):
        return _unlabelled(root, parts, settings)
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
    data = classified(Origin(root.resolve().name, str(root), "folder of classes", files, marks), labels)
    return spoken(data) if settings.task == "next" else data


def _pair(folder: Path) -> tuple[Path, Path] | None:
    """The folder of images and that of masks, where there are just these two."""
    found = _folders(folder)
    images = [each for each in found if each.name.lower() in IMAGES]
    outlines = [each for each in found if each.name.lower() in MASKS]
    return (images[0], outlines[0]) if len(images) == len(outlines) == 1 and len(found) == 2 else None


def _outlined(root: Path, parts: list[tuple[str, Path]], settings: DataSettings) -> DataSet:
    """Images and masks of one name, whatever their endings."""
    paths, outlines, marks = [], [], []
    for part, folder in parts:
        beside, masked = _pair(folder) or (folder, folder)
        known = {path.relative_to(masked).with_suffix(""): path for path in images(masked)}
        for path in images(beside):
            name = path.relative_to(beside).with_suffix("")
            if name not in known:
                raise DataError(f"{path} has no mask: wanted {masked / name} with the ending of an image")
            paths.append(path)
            outlines.append(known[name])
            marks.append(part)
    if not paths:
        raise DataError(f"{root} holds no images")
    origin = Origin(root.resolve().name, str(root), "images and masks", Files(paths, root, opening(settings)), marks)
    return outlined(origin, Files(outlines, root, replace(opening(settings), indexed=True)), settings)


def _unlabelled(root: Path, parts: list[tuple[str, Path]], settings: DataSettings) -> DataSet:
    """Signals of which nothing is known."""
    found = [(path, part) for part, folder in parts for path in images(folder)]
    if not found:
        raise DataError(f"{root} holds no signals")
    files = Files([path for path, _ in found], root, opening(settings))
    return placed(Origin(root.resolve().name, str(root), "signals", files, [part for _, part in found]), Itself())


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
