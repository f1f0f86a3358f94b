"""What a person may choose about the use of a trained network: its test, its predictions, several answers of it."""

from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import Field

from svertka.settings.base import DATA, MACHINE, OFF, SEVERAL, Count, Paths, Reading


class UseSettings(Reading):
    """How a trained network is applied."""

    colour: Annotated[Literal["auto", "grey", "rgb"], DATA] = "auto"
    """Turn images to grey or to red-green-blue first, where that loses something. auto: refuse to lose anything that
    the network was trained with."""

    batch: Annotated[Count, MACHINE] = 64
    """Images at a time."""

    device: Annotated[str, MACHINE, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    """Where to compute: cpu, cuda, cuda:1, mps; auto: the first that is there of cuda, mps, cpu."""


class SeveralSettings(UseSettings):
    """How an image is judged from several answers: to views of it, of several networks, or of one that is thinned."""

    views: Annotated[str, SEVERAL, Parameter(show_default=False)] = ""
    """Views of each image whose answers are combined. mirror: as it is and left to right; flips: along every axis;
    dihedral: turned by right angles too, 8 views of a plane and 48 of a volume; five-crop: corners and middle of 7/8
    of the side; ten-crop: these mirrored too; multi-scale: at 3/4, 1 and 5/4 of the size, or as multi-scale:0.5/1/2
    says. With commas between them each is seen with each."""

    others: Annotated[Paths, SEVERAL, Parameter(name="--with", negative="", show_default=False)] = ()
    """Further runs whose answers are combined with those of the first; once for each run. They know the same classes
    or numbers, and each prepares images in its own way."""

    combine: Annotated[Literal["mean", "vote"], SEVERAL] = "mean"
    """How several answers become one. mean: of their probabilities, or numbers; vote: each names a class, and ties are
    settled by the mean."""

    dropout_samples: Annotated[int, SEVERAL, Field(ge=0, le=10_000)] = 0
    """Answer so many times with a random part of the network dropped as in training (Monte-Carlo dropout, Gal &
    Ghahramani, arXiv:1506.02142). For networks with dropout; 0: not."""

    seed: Annotated[int, SEVERAL, Field(ge=0, lt=2**63)] = 0
    """What is dropped, and sounds that are made up, follow from this number."""

    @property
    def several(self) -> bool:
        """Whether an image has more answers than one."""
        return bool(self.views or self.others or self.dropout_samples)


class EvaluateSettings(SeveralSettings):
    """Everything one may choose about an evaluation."""

    target: Annotated[str | None, DATA] = None
    """Columns of a manifest that hold the truth, with commas between them. By default: all but path and split."""

    part: Annotated[Literal["auto", "train", "val", "test", "all"], DATA] = "auto"
    """Which samples. auto: the test part where there is one, and never what the network was trained on."""

    turned: Annotated[bool | None, DATA] = None
    """Turn each image on its sphere by a random rotation of its own, by the training's seed, or not. By default as in
    the training."""


class PredictSettings(SeveralSettings):
    """Everything one may choose about a prediction."""

    uncertainty: Annotated[bool, SEVERAL, OFF] = False
    """Tell how far several answers differ: the spread (standard deviation) of the probability of the class that is
    told, or of each number; the entropy of the combined probabilities; and its part that is due to their differing
    (mutual information, Houlsby et al., arXiv:1112.5745). Entropies are in nats; of masks, means over places."""

    top: Annotated[Count, DATA] = 1
    """How many classes to list for each image, the likeliest first."""

    dense: Annotated[bool, OFF, DATA] = False
    """Of images larger than those of the training, make maps: at each place what the network says of the patch around
    it. For networks without padding."""

    scores: Annotated[bool, OFF, DATA] = False
    """In such maps, and with --tile, the probability of every class in place of the likeliest one."""

    border: Annotated[Literal["reflect", "cut"], DATA] = "reflect"
    """What of places in such maps whose patch reaches beyond the image. reflect: the image is mirrored there,
    dcb|abcd|cba; cut: they are left out, and the map is smaller than the image."""

    steps: Annotated[Count, DATA] = 1
    """How many frames to forecast."""

    samples: Annotated[Count, DATA] = 8000
    """How many samples of sound to make."""

    like: Annotated[str, DATA] = ""
    """The class as which a sound is continued."""

    tile: Annotated[str | None, MACHINE, Field(pattern=r"^(auto|[1-9]\d{0,6})$")] = None
    """Outline one image of any size, or with --dense map it, in tiles with sides of so many places, which join to the
    very mask of the whole; auto: as long as --memory allows. The image is a .tif, .fits, .zarr, .npy or
    file.h5:dataset, and --out a .tif, .fits, .zarr or .npy."""

    memory: Annotated[Count, MACHINE] = 1024
    """MiB that a tile may take at its peak."""

    scheduler: Annotated[str | None, MACHINE] = None
    """Let the workers of a Dask cluster work out the tiles, as tcp://10.0.0.1:8786; --out is a .zarr then, and all
    machines see the same files."""
