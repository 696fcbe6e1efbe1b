"""What the largest number of a body may be: far above any trade, far below what a contract integer holds."""

from decimal import Decimal

MOST_QUANTITY = Decimal(10**12)
"""Pricing units."""
MOST_PRICE = Decimal(10**9)
"""CNY per pricing unit."""
