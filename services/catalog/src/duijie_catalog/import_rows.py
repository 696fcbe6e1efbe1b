"""A batch of rows -> what it creates, amends, leaves and refuses. Rows that are refused spoil no others."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from duijie_shared.posting import FieldError, PostingError, parse_party
from duijie_shared.posting.files import FileKind, Row

from duijie_catalog.clock import day_of
from duijie_catalog.domain.errors import ClosedError
from duijie_catalog.domain.party import Party
from duijie_catalog.imports import RowError
from duijie_catalog.kinds import KINDS, party_id_of, posting_id_of
from duijie_catalog.repository import Repository
from duijie_catalog.unit_of_work import UnitOfWork

LONGEST_VALUE = 200


@dataclass
class Outcome:
    """What became of the rows of a batch; each is counted exactly once."""

    created: int = 0
    amended: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, row: Row, errors: Sequence[FieldError]) -> None:
        """Count one row as refused, for these reasons."""
        self.refused += 1
        self.errors.extend(
            RowError(
                row.number,
                error.field,
                _shown(_value(row, error.field)),
                error.code,
                _shown(error.zh),
                _shown(error.en),
            )
            for error in errors
        )

    def add(self, other: Outcome) -> None:
        """Count another batch's rows in."""
        self.created += other.created
        self.amended += other.amended
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.errors.extend(other.errors)


@dataclass(frozen=True)
class _Read:
    """A row that reads well: which aggregate it is, and its terms."""

    row: Row
    id: UUID
    party_id: UUID | None
    terms: Any


def process(
    uow: UnitOfWork, kind: FileKind, rows: Sequence[Row], now: dt.datetime, *, store: bool
) -> Outcome:
    """Judge a batch and, if `store`, keep what is good of it and publish it.

    A row is known by kind, party and row key: a new one is created at the next place in the posting order
    (file order), one with other content is amended, one with the same is left alone.
    """
    outcome = Outcome()
    read = _read(uow, kind, rows, now, outcome)
    repository: Repository[Any] = uow.parties if kind == "parties" else KINDS[kind].repository(uow)
    known = repository.locked(each.id for each in read)
    fresh = [each for each in read if each.id not in known]
    changed = [
        _create(kind, each, sequence, now)
        for each, sequence in zip(fresh, _sequences(uow, len(fresh), store=store), strict=True)
    ]
    outcome.created = len(changed)
    for each in read:
        current = known.get(each.id)
        if current is None:
            continue
        try:
            amended = current.amend(each.terms, now)
        except PostingError as error:
            outcome.refuse(each.row, error.errors)
        except ClosedError as error:
            outcome.refuse(each.row, [FieldError("row_key", "closed", error.zh, error.en)])
        else:
            if amended is current:
                outcome.unchanged += 1
            else:
                outcome.amended += 1
                changed.append(amended)
    if store:
        uow.store(changed, now)
    return outcome


def _read(
    uow: UnitOfWork, kind: FileKind, rows: Sequence[Row], now: dt.datetime, outcome: Outcome
) -> list[_Read]:
    parties = {} if kind == "parties" else uow.parties.by_row_keys({row.party for row in rows if row.party})
    read = []
    for row in rows:
        errors = list(row.errors)
        party_id = parties.get(row.party)
        if kind != "parties" and row.party and party_id is None:
            errors.append(_unknown_party(row.party))
        terms = None
        try:
            terms = _parse(kind, row, day_of(now))
        except PostingError as error:
            errors.extend(error.errors)
        if errors:
            outcome.refuse(row, errors)
        elif party_id is None:
            read.append(_Read(row, party_id_of(row.row_key), None, terms))
        else:
            read.append(_Read(row, posting_id_of(kind, party_id, row.row_key), party_id, terms))
    return read


def _parse(kind: FileKind, row: Row, today: dt.date) -> Any:
    if kind == "parties":
        return parse_party(row.fields, source="text")
    return KINDS[kind].parse(row.fields, "text", today)


def _create(kind: FileKind, read: _Read, sequence: int, now: dt.datetime) -> Any:
    if read.party_id is None:
        return Party.register(read.id, sequence, read.row.row_key, read.terms, now)
    return KINDS[kind].aggregate.post(read.id, sequence, read.party_id, read.terms, now, read.row.row_key)


def _sequences(uow: UnitOfWork, count: int, *, store: bool) -> list[int]:
    # A trial run must leave no gap in the posting order, and needs no place in it.
    return uow.sequences(count) if store and count else [0] * count


def _unknown_party(party: str) -> FieldError:
    return FieldError(
        "party",
        "unknown-party",
        f"没有 row_key 为“{party}”的主体; 请先导入主体",
        f"there is no party with the row_key {party!r}; import the parties first",
    )


def _value(row: Row, column: str) -> str:
    special = {"row_key": row.row_key, "party": row.party}
    return special.get(column, row.fields.get(column, ""))[:LONGEST_VALUE]


def _shown(text: str) -> str:
    # PostgreSQL stores no NUL, and a report should not turn its reader's text around.
    return "".join("\ufffd" if unicodedata.category(char).startswith("C") else char for char in text)
