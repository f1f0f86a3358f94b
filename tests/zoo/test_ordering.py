import pytest

from svertka.zoo.ordering import in_order, understood


@pytest.mark.parametrize(
    "names",
    [
        ["conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "layer1.0.conv1.weight",
         "layer1.0.bn1.weight", "layer1.0.conv2.weight", "layer1.0.downsample.0.weight", "layer2.0.conv1.weight",
         "layer10.0.conv1.weight", "fc.weight", "fc.bias"],
        ["features.conv0.weight", "features.norm0.weight", "features.denseblock1.denselayer1.norm1.weight",
         "features.denseblock1.denselayer1.conv1.weight", "features.denseblock1.denselayer1.norm2.weight",
         "features.denseblock1.denselayer1.conv2.weight", "features.denseblock1.denselayer2.norm1.weight",
         "features.transition1.norm.weight", "features.transition1.conv.weight", "features.norm5.weight",
         "classifier.weight"],
        ["stem.conv.weight", "stages.0.blocks.0.norm1.weight", "stages.0.blocks.0.conv1.weight",
         "stages.0.blocks.0.norm2.weight", "stages.0.blocks.0.conv2.weight", "stages.0.blocks.0.downsample.conv.weight",
         "norm.weight", "head.fc.weight"],
        ["Conv2d_1a_3x3.conv.weight", "Conv2d_1a_3x3.bn.weight", "Mixed_5b.branch1x1.conv.weight",
         "Mixed_5b.branch5x5_1.conv.weight", "Mixed_5b.branch3x3dbl_1.conv.weight", "Mixed_5b.branch_pool.conv.weight",
         "Mixed_5c.branch1x1.conv.weight", "fc.weight"],
        ["conv2d_4a.conv.weight", "mixed_5b.branch0.conv.weight", "repeat.0.branch0.conv.weight",
         "repeat.0.conv2d.weight", "mixed_6a.branch0.conv.weight", "repeat_1.0.conv2d.weight",
         "block8.conv2d.weight", "conv2d_7b.conv.weight", "classif.weight"],
    ],
    ids=["resnet", "densenet", "resnetv2", "inception_v3", "inception_resnet"],
)  # fmt: skip
def test_sorted_names_find_their_order_again(names):
    assert in_order(sorted(names)) == names
    assert understood(names)


def test_names_of_unknown_kinds_are_not_guessed():
    assert not understood(["encoder.0.weight"])
    assert not understood(["conv1.weight", "stuff"])
