"""What a network costs and what it asks for."""

from svertka.measure.counting import Cost, LayerCost, cost, count
from svertka.measure.sizes import check_sizes, comfortable_size, smallest_size

__all__ = ["Cost", "LayerCost", "check_sizes", "comfortable_size", "cost", "count", "smallest_size"]
