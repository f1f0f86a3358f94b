"""Filters over image files of any size."""

from svertka.filtering.filtering import Filtered, filter  # noqa: A004
from svertka.filtering.showing import before_and_after

__all__ = ["Filtered", "before_and_after", "filter"]
