"""What the matcher knows of orders and capacities, and nothing of where they came from."""

from duijie_matcher.domain.capacity import Capacity, capacity_of
from duijie_matcher.domain.constraints import NO_CONSTRAINTS, ConstraintError, Constraints, Unkept
from duijie_matcher.domain.order import Order, most_tradable, order_of

__all__ = [
    "NO_CONSTRAINTS",
    "Capacity",
    "ConstraintError",
    "Constraints",
    "Order",
    "Unkept",
    "capacity_of",
    "most_tradable",
    "order_of",
]
