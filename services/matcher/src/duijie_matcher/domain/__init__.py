"""What the matcher knows of an order, and nothing of where it came from."""

from duijie_matcher.domain.constraints import NO_CONSTRAINTS, ConstraintError, Constraints, Unkept
from duijie_matcher.domain.order import Order, most_tradable, order_of

__all__ = ["NO_CONSTRAINTS", "ConstraintError", "Constraints", "Order", "Unkept", "most_tradable", "order_of"]
