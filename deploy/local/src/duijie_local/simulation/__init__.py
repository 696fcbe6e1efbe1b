"""Replaying a period under a policy: pure, from postings to totals and counties. What moves bytes is in `commands`."""

from duijie_local.simulation.comparison import Comparison, CountyRow, Run, compare, without_priority
from duijie_local.simulation.period import LONGEST_DAYS, Period, PeriodError
from duijie_local.simulation.postings import Posting
from duijie_local.simulation.replay import Replay, Trade, replay
from duijie_local.simulation.totals import Totals, totals_of

__all__ = [
    "LONGEST_DAYS",
    "Comparison",
    "CountyRow",
    "Period",
    "PeriodError",
    "Posting",
    "Replay",
    "Run",
    "Totals",
    "Trade",
    "compare",
    "replay",
    "totals_of",
    "without_priority",
]
