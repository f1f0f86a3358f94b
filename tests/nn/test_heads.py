import pytest
import torch

from svertka.nn import LINE, PLANE, VOLUME, classifier


@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_scores_are_linear_in_the_mean_over_all_places(space, size):
    features = torch.randn(3, 4, *[size] * space.rank).double()
    head = classifier(space, 4, 7).double()
    weight, bias = head.state_dict().values()
    torch.testing.assert_close(head(features), features.flatten(2).mean(-1) @ weight.T + bias)
