import pytest
from torch import nn

from joining import assert_joins, image
from svertka import ShapeError
from svertka.inference.tiles import recorded


class Cut(nn.Module):
    def __init__(self, cut):
        super().__init__()
        self.cut = cut

    def forward(self, x):
        return self.cut(x)


@pytest.mark.parametrize(
    "cut",
    [
        lambda x: x[..., 2:-1],
        lambda x: x[:, :, 1:, ::3],
        lambda x: x[:, 1:, -7:-2:2],
        lambda x: x[:, 0][:, None],
        lambda x: x[:, [slice(1, 2)][0], ...],
        lambda x: x.narrow(-1, 2, 5),
        lambda x: x[:, :, None].squeeze(2),
        lambda x: x[:, -1:, 3:9, 2:],
    ],
)
def test_slices_join(cut):
    assert_joins(Cut(cut), image(3, 11, 10), 3)


@pytest.mark.parametrize(
    ("cut", "fault"),
    [
        (lambda x: x[:, :, 0][:, :, None], "takes a single row or column"),
        (lambda x: x[:, [0, 1]], "picks places by a list"),
        (lambda x: x[x > 0], "picks places by a list|meta"),
    ],
)
def test_single_rows_and_lists_are_refused(cut, fault):
    with pytest.raises(ShapeError, match=fault):
        recorded(Cut(cut), 3, (8, 8))
