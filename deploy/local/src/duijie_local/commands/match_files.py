"""Files of offers and demands as the orders that the matcher takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from duijie_matcher.domain import Order, order_of
from duijie_shared.events.base import Side
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.geography import designations
from duijie_shared.posting import (
    FieldError,
    PostingError,
    parse_demand,
    parse_offer,
    snapshot_fields,
)
from duijie_shared.posting.files import FileKind, Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from duijie_shared.posting import OrderTerms

ROWS = UUID("0f7d1c52-94a6-5c1e-8a55-3a0f6f0c2b11")
"""Namespace of the ids that rows get."""
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
POSTED_AT = {"posted_at": "posted_at", "发布时间": "posted_at"}
"""Titles of the column that says when a row was posted."""
_NOT_A_DAY = FieldError(
    "posted_at",
    "not-a-date",
    "应为日期或 ISO 8601 时间, 如 2026-11-03",
    "must be a date or an ISO 8601 time, such as 2026-11-03",
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused cell; `row` is None for a fault of the whole file."""

    file: str
    row: int | None
    value: str
    error: FieldError


@dataclass(slots=True)
class Rows:
    """Orders read, the row key of each, and what was refused."""

    orders: list[Order] = field(default_factory=list)
    row_keys: dict[UUID, str] = field(default_factory=dict)
    by_row_key: dict[tuple[Side, str], dict[str, UUID]] = field(default_factory=dict)
    """Side and row key -> the ids of the rows that have it, by party."""
    refused: list[Refused] = field(default_factory=list)

    def read_orders(self, path: Path, side: Side, on: dt.date | None) -> None:
        """Add the orders of a file. Age is the order of row keys, so the order of rows changes nothing.

        `on` is the day whose designations count; None for those that hold now. The file may have `posted_at`.
        """
        kind: FileKind = "offers" if side == "offer" else "demands"
        parse = parse_offer if side == "offer" else parse_demand
        found: list[tuple[Row, OrderTerms]] = []
        posted: dict[int, dt.datetime] = {}
        for row in self._rows(path, kind, POSTED_AT):
            text = row.fields.pop("posted_at", "").strip()
            try:
                if text:
                    posted[row.number] = moment_of(text)
            except ValueError:
                self._refuse(path, row, (_NOT_A_DAY,), text)
            try:
                terms = parse(row.fields, source="text", today=None)
            except PostingError as refusal:
                self._refuse(path, row, tuple(row.beside(refusal.errors)))
            else:
                found.append((row, terms))
        found.sort(key=lambda entry: (entry[0].row_key, entry[0].party))
        for sequence, (row, terms) in enumerate(found):
            order = _order(row, terms, sequence, on, posted.get(row.number))
            self.orders.append(order)
            self.row_keys[order.order_id] = row.row_key
            self.by_row_key.setdefault((side, row.row_key), {})[row.party] = order.order_id

    def _rows(self, path: Path, kind: FileKind, beside: Mapping[str, str] | None = None) -> Iterator[Row]:
        try:
            for row in read_rows(path.read_bytes(), kind, beside or {}):
                self._refuse(path, row, row.errors)
                yield row
        except PostingError as refusal:
            self.refused.extend(Refused(path.name, None, "", error) for error in refusal.errors)

    def _refuse(self, path: Path, row: Row, errors: tuple[FieldError, ...], posted_at: str = "") -> None:
        cells = {**row.fields, "row_key": row.row_key, "party": row.party, "posted_at": posted_at}
        self.refused.extend(
            Refused(path.name, row.number, cells.get(error.field, ""), error) for error in errors
        )


def moment_of(text: str) -> dt.datetime:
    """The moment of an ISO 8601 date (its 00:00) or time, in Asia/Shanghai where it says no offset; ValueError for anything
    else.
    """
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def party_id(party: str) -> UUID:
    """The id that stands for a party's word in the files."""
    return uuid5(ROWS, f"party|{party}")


def _order(
    row: Row, terms: OrderTerms, sequence: int, on: dt.date | None, posted: dt.datetime | None
) -> Order:
    return order_of(
        OrderSnapshot(
            order_id=uuid5(ROWS, f"{terms.side}|{row.party}|{row.row_key}"),
            version=1,
            status="open",
            sequence=sequence,
            party_id=party_id(row.party),
            remaining=terms.quantity,
            posted_at=posted,
            designations=() if terms.county is None else designations().of(terms.county, on),
            **snapshot_fields(terms),
        )
    )
