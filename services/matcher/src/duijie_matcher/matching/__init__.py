"""Who should trade with whom, how much, and why: pure functions over one market's open orders."""

from duijie_matcher.matching.market import MarketResult, Outcome, match_market, outcome_of

__all__ = ["MarketResult", "Outcome", "match_market", "outcome_of"]
