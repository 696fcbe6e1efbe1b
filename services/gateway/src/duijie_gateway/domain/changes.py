"""Public changes of matches, listings and deals, and whom one concerns.

All of them share one gapless sequence. A reader that holds nothing, takes every change that concerns it from sequence
0 on and folds them by id (`present` sets, `gone` removes) ends with exactly what its filter admits now.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import UUID

from duijie_shared.events.deals import DealRecord
from duijie_shared.events.matches import MatchRecord
from duijie_shared.rendering import match_item

from duijie_gateway.domain.deals import deal_item
from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.filters import ANY_DESIGNATION

if TYPE_CHECKING:
    from duijie_gateway.domain.access import Scope

Subject = Literal["match", "offer", "demand", "capacity", "deal"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
LISTINGS: frozenset[Subject] = frozenset({"offer", "demand", "capacity"})
"""What anybody with a key may read; of matches and deals everybody reads those of their own scope."""
Verdict = Literal["item", "tombstone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the facts before (None: it was not there) and after (None: it is gone).

    `parties` and `counties` decide who may see a match or a deal; nobody is shown them. `body` is JSON text: the item
    of a listing, the record of a match or a deal; None where it is gone or was erased.
    """

    sequence: int
    subject: Subject
    id: UUID
    recorded_at: dt.datetime
    before: Facts | None
    after: Facts | None
    parties: tuple[UUID, ...] = ()
    counties: tuple[str, ...] = ()
    body: str | None = None

    def item(self, *, exact: bool) -> dict[str, Any] | None:
        """What the reader is shown of it; `exact` figures are for staff."""
        if self.body is None or self.after is None:
            return None
        if self.subject == "match":
            record = MatchRecord.model_validate_json(self.body)
            return match_item(record, exact=exact, status=self.after.status)
        if self.subject == "deal":
            return deal_item(DealRecord.model_validate_json(self.body), exact=exact)
        listing: dict[str, Any] = json.loads(self.body)
        return listing


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """None and empty mean no condition. `area` is a code prefix, `products` are slugs with all their descendants;
    `first` and `last` are days that the window must touch; a price passes only where it is published;
    `certificates` must all be there. A fact that a subject does not have fails a condition on it.
    """

    subjects: frozenset[Subject]
    products: frozenset[str] | None = None
    area: str | None = None
    designation: str | None = None
    min_grade: int | None = None
    max_grade: int | None = None
    min_quantity: int | None = None
    min_price: int | None = None
    max_price: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    certificates: frozenset[str] = frozenset()
    activity: str | None = None
    min_score: float | None = None

    def admits(self, facts: Facts) -> bool:
        """Whether `facts` meet every condition."""
        return (
            (self.products is None or not self.products.isdisjoint(facts.products))
            and (self.area is None or any(county.startswith(self.area) for county in facts.counties))
            and self._designated(facts)
            and _within(facts.grade, self.min_grade, self.max_grade)
            and _within(facts.quantity, self.min_quantity, None)
            and _within(facts.price, self.min_price, self.max_price)
            and (self.first is None or (facts.last is not None and facts.last >= self.first))
            and (self.last is None or (facts.first is not None and facts.first <= self.last))
            and self.certificates.issubset(facts.certificates)
            and (self.activity is None or self.activity == facts.activity)
            and _within(facts.score, self.min_score, None)
        )

    def _designated(self, facts: Facts) -> bool:
        if self.designation == ANY_DESIGNATION:
            return bool(facts.designations)
        return self.designation is None or self.designation in facts.designations


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def visible(scope: Scope, change: Change) -> bool:
    """Whether a reader of this scope may hear of the change at all."""
    if change.subject in LISTINGS:
        return True
    if scope.party is not None and scope.party not in change.parties:
        return False
    return scope.area is None or any(county.startswith(scope.area) for county in change.counties)


def concerns(wanted: FeedFilter, scope: Scope, change: Change) -> Verdict | None:
    """`item` when the filter admits what is there now, `tombstone` when it admitted what was there before.

    What was erased is told as gone: its own change that says so is on its way, or came already.
    """
    if change.subject not in wanted.subjects or not visible(scope, change):
        return None
    if change.after is not None and change.body is not None and wanted.admits(change.after):
        return "item"
    shown_before = change.before is not None and wanted.admits(change.before)
    erased = change.after is not None and change.body is None and wanted.admits(change.after)
    return "tombstone" if shown_before or erased else None


def change_item(change: Change, verdict: Verdict, *, exact: bool) -> dict[str, Any]:
    """The one body of a change, alike by poll, stream and webhook."""
    return {
        "sequence": change.sequence,
        "subject": change.subject,
        "id": str(change.id),
        "state": "present" if verdict == "item" else "gone",
        "recorded_at": change.recorded_at.isoformat(),
        "item": change.item(exact=exact) if verdict == "item" else None,
    }


def change_text(change: Change, verdict: Verdict, *, exact: bool) -> str:
    """`change_item` as JSON text. What is stored as an item's text is not read first."""
    if verdict == "item" and change.subject in LISTINGS:
        return (
            f'{{"sequence":{change.sequence},"subject":"{change.subject}","id":"{change.id}","state":"present",'
            f'"recorded_at":"{change.recorded_at.isoformat()}","item":{change.body}}}'
        )
    return json_text(change_item(change, verdict, exact=exact))


def json_text(item: dict[str, Any]) -> str:
    """An item as text; the same item is the same text."""
    return json.dumps(item, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
