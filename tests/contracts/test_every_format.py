"""What every image format on the list promises."""

import pytest

from svertka import DataError
from svertka.data.formats import formats, peek, read

ENDINGS = sorted(formats())


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("opened", [read, peek])
@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"this is no image at all, but a letter to a friend", ""), (bytes(range(256)), "")],
    ids=["nothing", "text", "noise"],
)
def test_what_is_no_image_is_refused_by_its_name(ending, opened, content, words, tmp_path):
    path = tmp_path / f"täst image{ending}"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        opened(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_not_there_is_said_to_be_missing(ending, tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read(tmp_path / f"gone{ending}")
