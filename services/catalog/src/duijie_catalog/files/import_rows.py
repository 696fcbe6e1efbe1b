"""A batch of rows -> what it creates, amends, leaves and refuses. Rows that are refused spoil no others."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from duijie_shared.posting import FieldError, PostingError, parse_party
from duijie_shared.posting.files import COLUMNS, KEYS, FileKind, Row
from duijie_shared.sheets.values import text_of

from duijie_catalog.clock import day_of
from duijie_catalog.domain.errors import ClosedError
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party
from duijie_catalog.files.imports import RowError
from duijie_catalog.kinds import KINDS, party_id_of, posting_id_of
from duijie_catalog.oversight import screening
from duijie_catalog.posted import merged
from duijie_catalog.repository import Repository
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_shared.posting.errors import UnknownGrade
    from duijie_shared.sheets.values import Value

    from duijie_catalog.reference.grade_book import StoredGrades

LONGEST_VALUE = 200
UUID_LENGTH = 36
_FIELDS = {kind: set(columns) - set(KEYS[kind]) for kind, columns in COLUMNS.items()}


@dataclass
class Outcome:
    """What became of the rows of a batch; each is counted exactly once."""

    created: int = 0
    amended: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    unplaced: Counter[UnknownGrade] = field(default_factory=Counter)
    """Grades of refused rows that staff could place, with how many rows have them."""

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
        self.unplaced.update(other.unplaced)


@dataclass(frozen=True)
class _Known:
    """A row, whose it is, the id that follows from its keys, and what it would amend."""

    row: Row
    id: UUID
    party_id: UUID | None
    errors: tuple[FieldError, ...]
    current: Any = None


def process(
    uow: UnitOfWork, kind: FileKind, rows: Sequence[Row], now: dt.datetime, *, store: bool
) -> Outcome:
    """Judge a batch and, if `store`, keep what is good of it and publish it.

    A row is known by kind, party and row key, or by the id of a posting that has no row key: a new one is created
    at the next place in the posting order (file order), one with other content is amended, one with the same is
    left alone. A column that the file does not have leaves what is stored as it is.
    """
    outcome = Outcome()
    fresh: list[tuple[_Known, Any]] = []
    changed: list[Any] = []
    for each in _known(uow, kind, rows):
        terms, errors = _judged(kind, each, day_of(now), uow.grades, outcome)
        amended = None
        if not errors and each.current is not None:
            try:
                amended = each.current.amend(terms, now)
            except PostingError as error:
                errors = error.errors
            except ClosedError as error:
                errors = (FieldError("row_key", "closed", error.zh, error.en),)
        if errors:
            outcome.refuse(each.row, errors)
        elif amended is None:
            fresh.append((each, terms))
        elif amended is each.current:
            outcome.unchanged += 1
        else:
            outcome.amended += 1
            changed.append(amended)
    made = [
        _create(kind, each, terms, sequence, now)
        for (each, terms), sequence in zip(fresh, _sequences(uow, len(fresh), store=store), strict=True)
    ]
    outcome.created = len(made)
    if store:
        stored = [*made, *changed]
        uow.store(stored, now, screening.turns(stored))
    return outcome


def _known(uow: UnitOfWork, kind: FileKind, rows: Sequence[Row]) -> list[_Known]:
    """The rows with what each would amend, which is locked."""
    named = set() if kind == "parties" else {row.party for row in rows if row.party}
    parties, barred = uow.parties.by_row_keys(named), uow.parties.not_approved(named)
    found = [_keyed(kind, row, parties, barred) for row in rows]
    repository: Repository[Any] = uow.parties if kind == "parties" else KINDS[kind].repository(uow)
    ids = {each.id for each in found}
    ids.update(own for each in found if (own := _as_id(each.row.row_key)) is not None)
    stored = repository.locked(ids)
    return [replace(each, current=current) if (current := _current(each, stored)) else each for each in found]


def _keyed(kind: FileKind, row: Row, parties: Mapping[str, UUID], barred: Mapping[str, str]) -> _Known:
    party_id = parties.get(row.party)
    if party_id is not None:
        bar = row.beside([_not_approved(row.party, barred[row.party])]) if row.party in barred else []
        return _Known(row, posting_id_of(kind, party_id, row.row_key), party_id, (*row.errors, *bar))
    unknown = row.beside([_unknown_party(row.party)]) if kind != "parties" and row.party else []
    return _Known(row, party_id_of(row.row_key), None, (*row.errors, *unknown))


def _current(each: _Known, stored: Mapping[UUID, Any]) -> Any:
    found = stored.get(each.id)
    own = _as_id(each.row.row_key)
    if found is None and each.party_id is not None and own is not None:
        posted = stored.get(own)
        if posted is not None and posted.row_key is None and posted.party_id == each.party_id:
            return posted
    return found


def _as_id(row_key: str) -> UUID | None:
    try:
        return UUID(row_key) if len(row_key) == UUID_LENGTH else None
    except ValueError:
        return None


def _judged(
    kind: FileKind, each: _Known, today: dt.date, grades: StoredGrades, outcome: Outcome
) -> tuple[Any, tuple[FieldError, ...]]:
    """The terms of a row, and everything that is wrong with it."""
    try:
        terms = _terms(kind, each, today, grades)
    except PostingError as error:
        if error.unknown_grade is not None:
            outcome.unplaced[error.unknown_grade] += 1
        return None, (*each.errors, *each.row.beside(error.errors))
    return terms, each.errors


def _terms(kind: FileKind, each: _Known, today: dt.date, grades: StoredGrades) -> Any:
    current = each.current
    fields: Mapping[str, object] = each.row.fields
    if isinstance(current, Order):
        fields = grades.kept(fields, current.terms)
    if current is None or fields.keys() >= _FIELDS[kind]:
        return _parse(kind, fields, today, grades)
    # The file lacks columns: they keep what is stored. Most often they had nothing, and the row says the same without.
    with suppress(PostingError):
        terms = _parse(kind, fields, today, grades)
        if terms == current.terms:
            return terms
    whole = {name: text_of(cast("Value", value)) for name, value in merged(current.terms, fields).items()}
    return _parse(kind, whole, today, grades)


def _parse(kind: FileKind, fields: Mapping[str, object], today: dt.date, grades: StoredGrades) -> Any:
    if kind == "parties":
        return parse_party(fields, source="text")
    return KINDS[kind].parse(fields, "text", today, grades)


def _create(kind: FileKind, each: _Known, terms: Any, sequence: int, now: dt.datetime) -> Any:
    if each.party_id is None:
        return Party.register(each.id, sequence, each.row.row_key, terms, now)
    return KINDS[kind].aggregate.post(each.id, sequence, each.party_id, terms, now, each.row.row_key)


def _sequences(uow: UnitOfWork, count: int, *, store: bool) -> list[int]:
    # A trial run must leave no gap in the posting order, and needs no place in it.
    return uow.sequences(count) if store and count else [0] * count


def _not_approved(party: str, status: str) -> FieldError:
    return FieldError(
        "party",
        "party-not-approved",
        f"主体“{party}”的状态为 {status}; 核准后才能发布",
        f"the party {party!r} is {status}; only approved ones post",
    )


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
