"""A file of constraints for `duijie match`: pins, forbidden pairs, and limits of parties.

Columns `kind, offer, demand, party, value` in any order (类型, 供应, 需求, 主体, 数量), CSV or XLSX. Orders are named by
row key, with their `party` where two parties have the same; `value` is in the pricing unit (kg, piece, ...).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_matcher.domain import ConstraintError, Constraints
from duijie_matcher.domain.constraints import ConstraintKind, Pair
from duijie_matcher.domain.order import LARGEST_QUANTITY
from duijie_shared.events.base import Side
from duijie_shared.posting import FieldError, PostingError
from duijie_shared.posting.fields import Fields
from duijie_shared.tabular import Record, TableError, read_tables
from duijie_shared.values import QUANTITY_SCALE

from duijie_local.commands.match_files import Refused, Rows, party_id

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Mapping[str, str] = {
    "kind": "类型",
    "offer": "供应",
    "demand": "需求",
    "party": "主体",
    "value": "数量",
}
KINDS: dict[str, ConstraintKind] = {
    "pin": "pin", "固定": "pin",
    "forbid": "forbid", "禁止": "forbid",
    "minimum": "minimum", "min": "minimum", "party_minimum": "minimum", "party_min": "minimum", "最低": "minimum",
    "maximum": "maximum", "max": "maximum", "party_maximum": "maximum", "party_max": "maximum", "最高": "maximum",
}  # fmt: skip
DECIMALS = 3
"""Thousandths of the pricing unit are the finest quantity there is."""
PAIRED: tuple[ConstraintKind, ...] = ("pin", "forbid")
SIDES: tuple[Side, ...] = ("offer", "demand")

Subject = tuple[ConstraintKind, tuple[UUID, ...]]


@dataclass(slots=True)
class ConstraintRows:
    """The constraints of a file, and which of its rows each came from."""

    name: str
    pins: dict[Pair, int | None] = field(default_factory=dict)
    forbidden: set[Pair] = field(default_factory=set)
    minimum: dict[UUID, int] = field(default_factory=dict)
    maximum: dict[UUID, int] = field(default_factory=dict)
    sources: dict[Subject, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def constraints(self) -> Constraints:
        """What the rows say together."""
        return Constraints(self.pins, frozenset(self.forbidden), self.minimum, self.maximum)

    def blame(self, error: ConstraintError) -> list[Refused]:
        """The rows of the constraints that a market cannot keep."""
        return [
            Refused(
                self.name,
                self.sources[each.kind, each.subject],
                "",
                FieldError("kind" if each.kind in PAIRED else "value", each.code, each.zh, each.en),
            )
            for each in error.unkept
        ]


def read_constraints(path: Path, rows: Rows) -> ConstraintRows:
    """Read a file against the orders already read; every refused cell is in `refused`."""
    read = ConstraintRows(path.name)
    try:
        (records, columns) = _opened(path.read_bytes())
        for record in records:
            if not record.blank:
                _row(read, record, columns, rows)
    except TableError as error:
        read.refused.append(Refused(path.name, None, "", FieldError("file", error.code, error.zh, error.en)))
    except PostingError as refusal:
        read.refused.extend(Refused(path.name, None, "", error) for error in refusal.errors)
    return read


def _opened(content: bytes) -> tuple[Iterator[Record], list[str]]:
    """Rows and column names of the first table; PostingError where the header is not what it must be."""
    tables = read_tables(content)
    records = tables[0].records() if tables else iter(())
    header = next((record for record in records if not record.blank), None)
    titles = [] if header is None else [cell.strip() for cell in header.cells]
    names = {zh: name for name, zh in COLUMNS.items()}
    columns = [names.get(title, title) for title in titles]
    options = ", ".join(COLUMNS)
    errors = [
        FieldError(
            name or "header",
            "unknown-column",
            f"没有这一列; 可用: {options}",
            f"no such column; there are: {options}",
        )
        for name in columns
        if name not in COLUMNS
    ]
    errors += [
        FieldError(name, "repeated-column", "该列重复", "the column comes twice")
        for name in dict.fromkeys(columns)
        if columns.count(name) > 1 and name in COLUMNS
    ]
    if "kind" not in columns:
        errors.append(FieldError("kind", "missing-column", "缺少该列", "the column is missing"))
    if errors:
        raise PostingError(errors)
    return records, columns


def _row(read: ConstraintRows, record: Record, columns: Sequence[str], rows: Rows) -> None:
    cells = dict(zip(columns, record.cells, strict=False))
    fields = Fields(cells, tuple(COLUMNS), "text")
    for fault in record.faults:
        if fault.column < len(columns):
            fields.refuse(columns[fault.column], fault.code, fault.zh, fault.en)
    if any(cell.strip() for cell in record.cells[len(columns) :]):
        fields.refuse(
            "row", "too-many-cells", "单元格多于表头的列", "has more cells than the header has columns"
        )
    fields.require("kind")
    kind = fields.choice("kind", KINDS)
    subject = None if kind is None else _subject(fields, kind, rows)
    amount = None if kind is None else _amount(fields, kind)
    if kind is not None and subject is not None and not fields.errors:
        _take(read, fields, record.number, (kind, subject), amount)
    read.refused.extend(
        Refused(read.name, record.number, cells.get(error.field, ""), error) for error in fields.errors
    )


def _take(read: ConstraintRows, fields: Fields, number: int, subject: Subject, amount: int | None) -> None:
    first = read.sources.setdefault(subject, number)
    if first != number:
        fields.refuse(
            "kind", "repeated", f"第 {first} 行已有同样的约束", f"row {first} says the same constraint"
        )
        return
    kind, who = subject
    if kind == "pin":
        read.pins[who[0], who[1]] = amount
    elif kind == "forbid":
        read.forbidden.add((who[0], who[1]))
    elif amount is not None:
        (read.minimum if kind == "minimum" else read.maximum)[who[0]] = amount


def _subject(fields: Fields, kind: ConstraintKind, rows: Rows) -> tuple[UUID, ...] | None:
    if kind not in PAIRED:
        fields.require("party", "value")
        for name in SIDES:
            if fields.has(name):
                fields.refuse(
                    name,
                    "not-of-this-kind",
                    "主体的限量与单个供需无关, 请留空",
                    "a party's limit names no order; leave it empty",
                )
        return _party(fields, rows)
    fields.require(*SIDES)
    if kind == "forbid" and fields.has("value"):
        fields.refuse(
            "value",
            "not-of-this-kind",
            "禁止没有数量, 请留空",
            "what is forbidden has no quantity; leave it empty",
        )
    party = fields.text("party")
    owners = [rows.by_row_key.get((side, fields.text(side) or ""), {}) for side in SIDES]
    if party is not None and not any(party in each for each in owners):
        fields.refuse(
            "party",
            "unknown-party",
            "供应和需求都不属于该主体",
            "neither the offer nor the demand is this party's",
        )
    found = [_order(fields, side, rows) for side in SIDES]
    return None if None in found else tuple(each for each in found if each is not None)


def _party(fields: Fields, rows: Rows) -> tuple[UUID, ...] | None:
    party = fields.text("party")
    if party is None:
        return None
    if all(party not in owners for owners in rows.by_row_key.values()):
        fields.refuse("party", "unknown-party", "两个文件中都没有该主体", "neither file has this party")
        return None
    return (party_id(party),)


def _order(fields: Fields, side: Side, rows: Rows) -> UUID | None:
    row_key, party = fields.text(side), fields.text("party")
    if row_key is None:
        return None
    owners = rows.by_row_key.get((side, row_key), {})
    if not owners:
        fields.refuse(side, "unknown-row-key", "文件中没有该行标识", "the file has no such row key")
        return None
    if len(owners) > 1 and party not in owners:
        zh, en = (
            f"多个主体有该行标识: {', '.join(owners)}; 请填主体",
            f"several parties have it: {', '.join(owners)}; give the party",
        )
        fields.refuse(side, "ambiguous-row-key", zh, en)
        return None
    return owners[party] if party in owners else next(iter(owners.values()))


def _amount(fields: Fields, kind: ConstraintKind) -> int | None:
    value = fields.positive(
        "value", most=Decimal(LARGEST_QUANTITY // QUANTITY_SCALE), decimals=DECIMALS, zero=kind == "maximum"
    )
    return None if value is None else int(value * QUANTITY_SCALE)
