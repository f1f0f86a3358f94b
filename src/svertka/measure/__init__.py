"""What a network costs and what it asks for."""

from svertka.measure.counting import Cost, LayerCost, Memory, cost, count, count_variant, macs_of
from svertka.measure.effective import effective_field, width
from svertka.measure.fields import Field, fields
from svertka.measure.sizes import check_sizes, comfortable_size, smallest_size
from svertka.measure.walking import walk

__all__ = [
    "Cost",
    "Field",
    "LayerCost",
    "Memory",
    "check_sizes",
    "comfortable_size",
    "cost",
    "count",
    "count_variant",
    "effective_field",
    "fields",
    "macs_of",
    "smallest_size",
    "walk",
    "width",
]
