import pytest

from svertka import SettingError
from svertka.settings import TrainSettings, read_settings


@pytest.mark.parametrize("text", ["epochs = 7\nsize = '32x48'\n", "[settings]\nepochs = 7\nsize = '32x48'\n"])
def test_a_file_may_hold_them_at_its_top_or_under_settings(text, tmp_path):
    (tmp_path / "my.toml").write_text(text)
    assert read_settings(tmp_path / "my.toml") == TrainSettings(epochs=7, size="32x48")


@pytest.mark.parametrize("content", [b"epochs 7", b"\xff\xfe", None])
def test_what_is_no_toml_is_named(content, tmp_path):
    path = tmp_path / "my.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=r"my\.toml cannot be read as TOML"):
        read_settings(path)
