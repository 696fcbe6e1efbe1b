"""An order as a replay takes it: what was posted, and the days on which it was there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_matcher.domain import Order


@dataclass(frozen=True, slots=True)
class Posting:
    """`order` with the quantity that the replay starts from in `remaining`.

    It is there from `since` (None: from the first day on) to `until` (None: to the end of its window), days in
    Asia/Shanghai, both included. `family` names the demand for a category the quantity of which its children share:
    what one trades the others no longer have.
    """

    order: Order
    since: dt.date | None = None
    until: dt.date | None = None
    family: UUID | None = None

    def is_over(self, day: dt.date) -> bool:
        """Whether the order is gone by `day`."""
        return self.order.window_to < day or (self.until is not None and self.until < day)

    def is_posted(self, day: dt.date) -> bool:
        """Whether the order is known on `day`."""
        return self.since is None or self.since <= day
