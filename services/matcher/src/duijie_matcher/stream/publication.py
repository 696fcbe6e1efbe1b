"""What is published of one market, and what must change so that it says what the last clearing said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord

from duijie_matcher.stream.items import (
    CALLS,
    DIAGNOSES,
    MATCHES,
    PLANS,
    Body,
    Cleared,
    Digests,
    Item,
    item_of,
    match_digest,
    withdrawn,
)

KEPT_WITHDRAWN = dt.timedelta(days=7)
"""How long a withdrawn match or call stays readable before its tombstone, as closed orders do."""


@dataclass(frozen=True, slots=True)
class Withdrawable:
    """A match or a call on its topic. `value` is kept because a withdrawal repeats the last proposal."""

    digest: bytes
    value: bytes
    orders: tuple[int, ...]
    withdrawn: bool = False
    withdrawn_at: dt.datetime | None = None


@dataclass(slots=True)
class Publication:
    """What the topics hold of one market, by key: matches and calls (withdrawn ones too), the plan, diagnoses."""

    matches: dict[bytes, Withdrawable] = field(default_factory=dict)
    plans: dict[bytes, bytes] = field(default_factory=dict)
    diagnoses: dict[bytes, bytes] = field(default_factory=dict)
    calls: dict[bytes, Withdrawable] = field(default_factory=dict)

    def add(self, body: Body) -> None:
        """Take in a record read back from its topic."""
        item = item_of(body)
        match body:
            case MatchRecord():
                self.matches[item.key] = _published(item, body)
            case PlanRecord():
                self.plans[item.key] = item.digest
            case Diagnosis():
                self.diagnoses[item.key] = item.digest
            case CapacityCall():
                self.calls[item.key] = _published(item, body)

    def digests(self) -> Digests:
        """What need not be sent again."""
        matches = {key: match.digest for key, match in self.matches.items()}
        calls = {key: call.digest for key, call in self.calls.items()}
        return {MATCHES: matches, PLANS: self.plans, DIAGNOSES: self.diagnoses, CALLS: calls}

    def live(self) -> int:
        """Matches that are not withdrawn."""
        return sum(not match.withdrawn for match in self.matches.values())

    def __bool__(self) -> bool:
        return bool(self.matches or self.plans or self.diagnoses or self.calls)


@dataclass(frozen=True, slots=True)
class Change:
    """One record to send; `value` None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    orders: tuple[int, ...] = ()
    withdrawal: bool = False


def diff(
    desired: Cleared, published: Publication, as_of: dt.datetime | None, now: dt.datetime | None
) -> tuple[list[Change], Publication]:
    """The records to send, and what is published once they are acknowledged.

    Parameters
    ----------
    as_of
        The partition's clock; withdrawn matches and calls are dropped `KEPT_WITHDRAWN` after their withdrawal by it,
        and never before the first tick.
    now
        What a withdrawal is dated with: the clock, or the newest event's time before the first tick.
    """
    after = Publication()
    changes = [
        *_changes(MATCHES, desired.matches, published.matches, after.matches, (as_of, now)),
        *_plain_changes(PLANS, desired.plans, published.plans, after.plans),
        *_plain_changes(DIAGNOSES, desired.diagnoses, published.diagnoses, after.diagnoses),
        *_changes(CALLS, desired.calls, published.calls, after.calls, (as_of, now)),
    ]
    return changes, after


def _changes(
    topic: str,
    desired: tuple[Item, ...],
    published: dict[bytes, Withdrawable],
    after: dict[bytes, Withdrawable],
    clocks: tuple[dt.datetime | None, dt.datetime | None],
) -> list[Change]:
    """Of records that are withdrawn before they end. `clocks` are `as_of` and `now`."""
    as_of, now = clocks
    changes = []
    for item in desired:
        before = published.get(item.key)
        if before is not None and before.digest == item.digest:
            after[item.key] = before
            continue
        value = _whole(item)
        after[item.key] = Withdrawable(item.digest, value, item.orders)
        changes.append(Change(topic, item.key, value, item.orders))
    for key, before in published.items():
        if key in after:
            continue
        if not before.withdrawn:
            gone = _withdrawn(before, now)
            after[key] = gone
            changes.append(Change(topic, key, gone.value, before.orders, withdrawal=True))
        elif _outdated(before, as_of):
            changes.append(Change(topic, key, None, before.orders))
        else:
            after[key] = before
    return changes


def _plain_changes(
    topic: str, desired: tuple[Item, ...], published: dict[bytes, bytes], after: dict[bytes, bytes]
) -> list[Change]:
    changes = []
    for item in desired:
        after[item.key] = item.digest
        if published.get(item.key) != item.digest:
            changes.append(Change(topic, item.key, _whole(item), item.orders))
    changes.extend(Change(topic, key, None) for key in published if key not in after)
    return changes


def _whole(item: Item) -> bytes:
    if item.value is None:
        raise ValueError(f"{item.key!r} is not published and has no value")
    return item.value


def _withdrawn(before: Withdrawable, now: dt.datetime | None) -> Withdrawable:
    value = withdrawn(before.value, now)
    return Withdrawable(match_digest(value), value, before.orders, withdrawn=True, withdrawn_at=now)


def _published(item: Item, record: MatchRecord | CapacityCall) -> Withdrawable:
    return Withdrawable(
        item.digest, _whole(item), item.orders, record.status == "withdrawn", record.withdrawn_at
    )


def _outdated(gone: Withdrawable, as_of: dt.datetime | None) -> bool:
    if as_of is None:
        return False
    return gone.withdrawn_at is None or gone.withdrawn_at < as_of - KEPT_WITHDRAWN
