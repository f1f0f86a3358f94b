"""Where the data sets of claims lie."""

from pathlib import Path

from svertka.errors import DataError

FOLDERS = (Path("data"), Path("../shared/data"))


def located(name: str, given: Path | None) -> Path:
    """The folder or file of a data set: the one given, or a folder of this name where such folders are looked for.

    Raises:
        DataError: it is not there.
    """
    if given is not None:
        if not given.exists():
            raise DataError(f"there is no {given}, where {name} should be; give another folder with --data PATH")
        return given
    for folder in FOLDERS:
        if (folder / name).exists():
            return folder / name
    looked = " or ".join(str(folder / name) for folder in FOLDERS)
    raise DataError(f"{name} was looked for in {looked} and is not there; say where it is with --data PATH")
