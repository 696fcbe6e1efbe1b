"""Buyers' own grade schemes: published in versions, each of which stays what it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from duijie_shared.posting import FieldError, PostingError
from duijie_shared.service.errors import Refusal
from duijie_shared.taxonomy.own_schemes import OwnScheme, SchemeRefusedError, own_scheme
from duijie_shared.values import decimal_to_number
from duijie_shared.words import folded
from sqlmodel import col, select

from duijie_catalog.tables import GradeSchemeRow

if TYPE_CHECKING:
    from duijie_catalog.unit_of_work import UnitOfWork

FIELDS = ("code", "title", "products", "grades")
MOST_SCHEMES = 200
"""Versions of all schemes of one buyer; a standard that changes daily is none."""


def publish(
    uow: UnitOfWork, party_id: UUID, fields: Mapping[str, object], now: dt.datetime
) -> tuple[GradeSchemeRow, bool]:
    """A scheme's first or next version, and whether it is new: the same content again changes nothing.

    Orders keep the version under which they were posted; new ones take the newest unless they name another.

    Raises
    ------
    PostingError
        Naming every field that cannot be taken.
    Refusal
        409 once a buyer has too many versions.
    """
    unknown = [
        FieldError(name, "unknown", "没有这个字段", "there is no such field")
        for name in fields
        if name not in FIELDS
    ]
    try:
        body = body_of(own_scheme(fields))
    except SchemeRefusedError as error:
        found = [FieldError(each.field, each.code, each.zh, each.en) for each in error.problems]
        raise PostingError([*unknown, *found]) from error
    if unknown:
        raise PostingError(unknown)
    uow.lock(f"grade-schemes {party_id}")
    stored = list(versions(uow, party_id))
    mine = [row for row in stored if row.code_key == folded(body["code"])]
    if mine and mine[-1].body == body:
        return mine[-1], False
    if len(stored) >= MOST_SCHEMES:
        raise Refusal(
            409,
            "too-many",
            f"等级标准最多 {MOST_SCHEMES} 个版本",
            f"There are {MOST_SCHEMES} versions already",
        )
    row = GradeSchemeRow(
        id=uuid4(),
        party_id=party_id,
        code=mine[-1].code if mine else body["code"],
        code_key=folded(body["code"]),
        version=mine[-1].version + 1 if mine else 1,
        body=body,
        created_at=now,
    )
    uow.session.add(row)
    uow.session.flush()
    return row, True


def versions(uow: UnitOfWork, party_id: UUID | None = None) -> Sequence[GradeSchemeRow]:
    """Every version of a buyer's schemes, or of all buyers', in the order in which they were published."""
    query = select(GradeSchemeRow).order_by(col(GradeSchemeRow.sequence))
    if party_id is not None:
        query = query.where(GradeSchemeRow.party_id == party_id)
    return uow.session.exec(query).all()


def body_of(own: OwnScheme) -> dict[str, Any]:
    """A scheme as plain JSON that reads as the same scheme."""
    limits = {} if own.limits is None else {grade.code: row for grade, row in own.limits.grades}
    return {
        "code": own.scheme.code,
        "title": own.scheme.title,
        "products": list(own.scheme.products),
        "grades": [
            {
                "code": grade.code,
                "name_zh": grade.name_zh,
                "name_en": grade.name_en,
                "rank": grade.rank,
                "limits": {limit.attribute: _number(limit.value) for limit in limits.get(grade.code, ())},
            }
            for grade in own.scheme.grades
        ],
    }


def _number(value: Decimal) -> int | float:
    return decimal_to_number(value)
