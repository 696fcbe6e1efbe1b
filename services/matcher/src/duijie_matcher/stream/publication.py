"""What is published of one market, and what must change so that it says what the last clearing said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord

from duijie_matcher.stream.items import (
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
"""How long a withdrawn match stays readable before its tombstone, as closed orders do."""


@dataclass(frozen=True, slots=True)
class PublishedMatch:
    """A match on the topic. `value` is kept because a withdrawal repeats the last proposal."""

    digest: bytes
    value: bytes
    orders: tuple[int, ...]
    withdrawn: bool = False
    withdrawn_at: dt.datetime | None = None


@dataclass(slots=True)
class Publication:
    """What the topics hold of one market, by key: matches (withdrawn ones too), the plan, diagnoses."""

    matches: dict[bytes, PublishedMatch] = field(default_factory=dict)
    plans: dict[bytes, bytes] = field(default_factory=dict)
    diagnoses: dict[bytes, bytes] = field(default_factory=dict)

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

    def digests(self) -> Digests:
        """What need not be sent again."""
        matches = {key: match.digest for key, match in self.matches.items()}
        return {MATCHES: matches, PLANS: self.plans, DIAGNOSES: self.diagnoses}

    def live(self) -> int:
        """Matches that are not withdrawn."""
        return sum(not match.withdrawn for match in self.matches.values())

    def __bool__(self) -> bool:
        return bool(self.matches or self.plans or self.diagnoses)


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
        The partition's clock; withdrawn matches are dropped `KEPT_WITHDRAWN` after their withdrawal by it,
        and never before the first tick.
    now
        What a withdrawal is dated with: the clock, or the newest event's time before the first tick.
    """
    after = Publication()
    changes = [
        *_match_changes(desired.matches, published.matches, after, as_of, now),
        *_plain_changes(PLANS, desired.plans, published.plans, after.plans),
        *_plain_changes(DIAGNOSES, desired.diagnoses, published.diagnoses, after.diagnoses),
    ]
    return changes, after


def _match_changes(
    desired: tuple[Item, ...],
    published: dict[bytes, PublishedMatch],
    after: Publication,
    as_of: dt.datetime | None,
    now: dt.datetime | None,
) -> list[Change]:
    changes = []
    for item in desired:
        before = published.get(item.key)
        if before is not None and before.digest == item.digest:
            after.matches[item.key] = before
            continue
        value = _whole(item)
        after.matches[item.key] = PublishedMatch(item.digest, value, item.orders)
        changes.append(Change(MATCHES, item.key, value, item.orders))
    for key, before in published.items():
        if key in after.matches:
            continue
        if not before.withdrawn:
            gone = _withdrawn(before, now)
            after.matches[key] = gone
            changes.append(Change(MATCHES, key, gone.value, before.orders, withdrawal=True))
        elif _outdated(before, as_of):
            changes.append(Change(MATCHES, key, None, before.orders))
        else:
            after.matches[key] = before
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


def _withdrawn(before: PublishedMatch, now: dt.datetime | None) -> PublishedMatch:
    value = withdrawn(before.value, now)
    return PublishedMatch(match_digest(value), value, before.orders, withdrawn=True, withdrawn_at=now)


def _published(item: Item, record: MatchRecord) -> PublishedMatch:
    return PublishedMatch(
        item.digest, _whole(item), item.orders, record.status == "withdrawn", record.withdrawn_at
    )


def _outdated(match: PublishedMatch, as_of: dt.datetime | None) -> bool:
    if as_of is None:
        return False
    return match.withdrawn_at is None or match.withdrawn_at < as_of - KEPT_WITHDRAWN
