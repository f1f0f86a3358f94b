import pytest
from PIL import Image

from svertka import DataError, SettingError, cost, variants
from svertka.cli.charts import draw_balls, draw_sight, table
from svertka.measure import macs_of
from svertka.zoo import find
from svertka.zoo.accuracies import published

ROWS = [(find(name), macs_of(find(name))) for name in ("resnet18", "mobilenet_100", "lenet5")]


def test_networks_with_a_published_accuracy_are_drawn(tmp_path):
    found = draw_balls(ROWS, tmp_path / "balls.png", None)
    assert found["networks"] == 2
    with Image.open(tmp_path / "balls.png") as picture:
        assert picture.width > 800
    assert len(published()) >= 39
    assert {variant.name for variant in variants()} >= set(published())


def test_numbers_of_ones_own_may_be_drawn(tmp_path):
    (tmp_path / "mine.csv").write_text("network,seconds\nlenet5,3.5\nresnet18,7\nother,1\n")
    assert table(tmp_path / "mine.csv") == ({"lenet5": 3.5, "resnet18": 7.0, "other": 1.0}, "seconds")
    assert draw_balls(ROWS, tmp_path / "balls.svg", tmp_path / "mine.csv")["networks"] == 2


@pytest.mark.parametrize("text", ["", "name,x\na,1\n", "network\na\n", "network,x\na,b\n"])
def test_what_is_no_such_table_is_said(tmp_path, text):
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(DataError, match="wanted a column network and one of numbers"):
        table(tmp_path / "mine.csv")


def test_a_table_of_strangers_and_a_picture_of_no_kind_are_refused(tmp_path):
    (tmp_path / "mine.csv").write_text("network,x\nnobody,1\n")
    with pytest.raises(DataError, match="names no network"):
        draw_balls(ROWS, tmp_path / "balls.png", tmp_path / "mine.csv")
    with pytest.raises(SettingError, match=r"should end in \.png, \.svg, \.pdf"):
        draw_balls(ROWS, tmp_path / "balls.txt", None)


def test_what_a_layer_sees_is_drawn(tmp_path):
    found = draw_sight(cost("resnet20"), tmp_path / "sight.svg", "body.5", space=None)
    assert found["sees"] == "37x37"
    assert all(0 < float(each) < 37 for each in found["effectively"].split("x"))
    assert (tmp_path / "sight.svg").read_text().startswith("<?xml")
