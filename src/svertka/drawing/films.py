"""Pictures that move."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

DPI = 110
NEARLY_WHITE = 248


@dataclass(frozen=True)
class Film:
    """Pictures of one size that follow one another; the last stays for longer. Notebooks show it by itself."""

    pictures: Sequence[Figure]
    seconds: float = 0.7

    def gif(self) -> bytes:
        """The film as a GIF that begins anew when it has ended."""
        frames = [_pixels(picture) for picture in self.pictures]
        palette = _palette(frames[-1])
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        times = [round(1000 * self.seconds)] * (len(frames) - 1) + [round(3000 * self.seconds)]
        file = BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=False)
        return file.getvalue()

    def _repr_html_(self) -> str:
        width = round(96 * self.pictures[0].get_figwidth())
        source = f"data:image/gif;base64,{b64encode(self.gif()).decode()}"
        return f'<img class="film" width="{width}" alt="{len(self.pictures)} steps, one after another" src="{source}">'


def _palette(frame: Image.Image) -> Image.Image:
    """The colours of every frame, which are those of the last, so that nothing flickers; nearly white becomes white."""
    palette = frame.quantize(128)
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[colours.min(axis=1) >= NEARLY_WHITE] = 255
    palette.putpalette(colours.ravel().tolist())
    return palette


def _pixels(picture: Figure) -> Image.Image:
    file = BytesIO()
    picture.savefig(file, format="png", dpi=DPI)
    return Image.open(file).convert("RGB")
