"""The price of a floor over all markets, as every worker finds it for itself: from the newest plan of every market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.matches import PlanRecord

from duijie_matcher.domain.floor_ladder import rung_of

if TYPE_CHECKING:
    from duijie_shared.events.policy import Policy
    from duijie_shared.kafka.ports import Record

    from duijie_matcher.domain.floor_ladder import Curve


class SharedFloor:
    """Pure. What a plan says of each price depends on its market's own orders and never on the price in force, so
    workers that have read the same plans agree, and the price comes to rest once the plans have.
    """

    def __init__(self) -> None:
        self._curves: dict[str, tuple[int, Curve]] = {}
        self._policy: Policy | None = None
        self.rung: int | None = None
        """What markets are cleared at; None without such a floor, and where no price keeps it."""

    def apply(self, record: Record) -> bool:
        """Take in a record of `plans-v1`; whether the price moved.

        Raises
        ------
        ContractError
            When it is not what its topic promises; what held before still holds.
        """
        market = (record.key or b"").decode(errors="replace")
        if record.value is None:
            self._curves.pop(market, None)
            return self._moved()
        body, _ = decode(record.topic, record.value, record.headers)
        if not isinstance(body, PlanRecord) or body.market != market:
            raise ContractError(f"no plan of the market {market!r} that its key names")
        self._curves[market] = (body.policy, body.floor_curve)
        return self._moved()

    def set_policy(self, policy: Policy) -> None:
        """Plans of any other policy no longer count."""
        self._policy = policy
        self._moved()

    def _moved(self) -> bool:
        policy, before = self._policy, self.rung
        if policy is None or not policy.tilt.over_all:
            self.rung = None
        else:
            curves = (curve for version, curve in self._curves.values() if version == policy.version)
            self.rung = rung_of(policy.tilt, curves)
        return self.rung != before
