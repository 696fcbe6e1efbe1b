"""Who should trade with whom, how much, and why: pure functions over one market's open orders."""

from duijie_matcher.matching.market import MarketResult, match_market

__all__ = ["MarketResult", "match_market"]
