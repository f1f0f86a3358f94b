"""Files from elsewhere: fetched once, checked, and kept.

They are kept in the folder that `SVERTKA_CACHE` names, by default `~/.cache/svertka`. With `SVERTKA_OFFLINE=1` nothing
is fetched: what is not there already is refused, with its address and the place to put it.
"""

import os
import re
from collections.abc import Mapping
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from svertka.errors import DataError

CHUNK = 2**20
SECONDS = 30  # without an answer


def fetched(address: str, environment: Mapping[str, str] = os.environ) -> Path:
    """The file at a web address, from the cache where it is there.

    What the address says of the file's SHA-256 is checked: `#sha256=…` behind it, or its first eight digits or more
    before the ending, as in `resnet18-f37072fd.pth`.

    Raises:
        DataError: it cannot be fetched, may not be, or is not what the address says.
    """
    address, _, told = address.partition("#")
    path = _cache(environment) / _name(address)
    if path.exists():
        return path
    if environment.get("SVERTKA_OFFLINE", "0") not in ("", "0"):
        raise DataError(f"{address} is not in the cache and SVERTKA_OFFLINE forbids fetching it; put it at {path}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch(address, path, _digest(address, told))
    except HTTPError as error:
        raise DataError(f"{address} cannot be fetched: the server answers {error.code} {error.reason}") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise DataError(f"{address} cannot be fetched: {reason}; put it at {path}") from None
    return path


def _fetch(address: str, path: Path, wanted: str) -> None:
    """Bring the file into the cache, wholly or not at all."""
    found, size = sha256(), 0
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with (
            urlopen(Request(address, headers={"User-Agent": "svertka"}), timeout=SECONDS) as answer,
            part.open("wb") as file,
        ):
            length = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                found.update(chunk)
                size += len(chunk)
        if length and size != length:
            raise DataError(f"{address} broke off: {size:,} of {length:,} bytes came; try again")
        if not found.hexdigest().startswith(wanted):
            raise DataError(
                f"{address} is not what it should be: its SHA-256 begins with {found.hexdigest()[:16]}, not {wanted}"
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _digest(address: str, told: str) -> str:
    """What the address says the SHA-256 begins with; nothing where it does not say."""
    if told.startswith("sha256="):
        return told.removeprefix("sha256=").lower()
    named = re.search(r"-([0-9a-f]{8,64})\.\w+$", address)
    return named[1] if named else ""


def _cache(environment: Mapping[str, str]) -> Path:
    folder = environment.get("SVERTKA_CACHE")
    if folder:
        return Path(folder).expanduser()
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "svertka"


def _name(address: str) -> str:
    """A name for the file that no other address has."""
    parts = urlsplit(address)
    base = Path(unquote(parts.path)).name or "file"
    return f"{sha256(address.encode()).hexdigest()[:8]}-{base}"
