"""The demo market: made, not observed, from real counties, products and price levels."""

from duijie_local.demo.market import DemoMarket, write_demo_market

__all__ = ["DemoMarket", "write_demo_market"]
