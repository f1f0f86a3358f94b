"""What the pages of a file are: the depth of a volume, the channels of an image, or several images to choose from."""

import numpy as np

from svertka.data.rasters import Pixels
from svertka.errors import DataError


def settle(pages: Pixels, choice: str) -> Pixels:
    """Pixels `(channels, *sizes)` from `(pages, channels, *sizes)`, as the setting `pages` says.

    Raises:
        DataError: there is no such page.
    """
    if choice.isdigit():
        if int(choice) >= len(pages):
            raise DataError(f"it has no page {choice}: its {len(pages)} pages count from 0")
        return np.asarray(pages[int(choice)])
    if len(pages) == 1:
        return np.asarray(pages[0])
    if choice == "channels":
        return pages.reshape(-1, *pages.shape[2:])
    return np.moveaxis(pages, 0, 1)
