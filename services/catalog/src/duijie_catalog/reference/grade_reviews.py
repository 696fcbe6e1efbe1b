"""Grades that nobody has placed on the common scale: noted when a posting is refused for one, placed by staff.

A refusal stands whatever becomes of its note, so notes have transactions of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

from duijie_shared.posting import FieldError, PostingError
from duijie_shared.posting.errors import UnknownGrade
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import not_found
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.grade_order import Ranked, contradicts
from duijie_shared.words import folded
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from duijie_catalog.reference.grade_book import in_force, measured_key
from duijie_catalog.tables import GradeMappingRow, GradeReviewRow
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from sqlalchemy import Engine

Status = Literal["open", "mapped", "dismissed"]
SCOPES = {"product": "product", "产品": "product", "family": "family", "市场": "family"}
MOST_OPEN = 10_000
"""Past that many undecided words new ones are only refused: nobody reads so many, and somebody is playing."""
BEST, WORST = 5, 1


@dataclass(frozen=True, slots=True)
class Review:
    """A grade to place, with everything that staff have said of it, newest first."""

    row: GradeReviewRow
    decisions: Sequence[GradeMappingRow]


def note(engine: Engine, unknown: Iterable[UnknownGrade], now: dt.datetime) -> None:
    """Count what was refused, once a posting; the same again is the same item."""
    seen = Counter(unknown)
    if not seen:
        return
    by_key = {_key(one): (one, count) for one, count in seen.items()}
    with unit_of_work(engine, "") as uow:
        known = set(
            uow.session.exec(select(GradeReviewRow.key).where(col(GradeReviewRow.key).in_(by_key))).all()
        )
        waiting = uow.session.exec(
            select(func.count()).select_from(GradeReviewRow).where(GradeReviewRow.status == "open")
        ).one()
        fresh = sorted(by_key.keys() - known)[: max(0, MOST_OPEN - waiting)]
        for key in sorted(known | set(fresh)):  # in one order, so that two notes never wait for each other
            _count(uow, key, *by_key[key], now)


def page(uow: UnitOfWork, *, status: Status | None, after: int, limit: int) -> list[Review]:
    """Items in the order in which they were first seen."""
    query = select(GradeReviewRow).where(col(GradeReviewRow.sequence) > after)
    if status is not None:
        query = query.where(GradeReviewRow.status == status)
    rows = uow.session.exec(query.order_by(col(GradeReviewRow.sequence)).limit(limit)).all()
    return [_with_decisions(uow, row) for row in rows]


def decide(
    uow: UnitOfWork,
    id: UUID,  # noqa: A002 - the column's name
    fields: Mapping[str, object],
    *,
    by_role: str,
    by_key: UUID | None,
    now: dt.datetime,
) -> Review:
    """Place an item, or dismiss it: a dated decision, which replaces earlier ones from now on.

    Raises
    ------
    PostingError
        For anything but one of `rank` and `dismissed`, and for a rank that contradicts what is known of the scheme.
    Refusal
        404 for no item.
    """
    row = uow.session.get(GradeReviewRow, id, with_for_update=True)
    if row is None:
        raise not_found()
    read = Fields(fields, ("rank", "dismissed", "scope", "note"), "json")
    rank = _rank(read)
    whole_family = read.choice("scope", SCOPES) == "family"
    note_ = read.text("note", longest=500, lines=True)
    read.finish()
    product = taxonomy().product(row.product)
    decision = GradeMappingRow(
        review_id=row.id,
        scheme_key=folded(row.scheme),
        grade_key=folded(row.grade),
        measured_key=measured_key(row.measurements),
        product=product.family if whole_family else product.slug,
        whole_family=whole_family,
        rank=rank,
        note=note_,
        by_role=by_role,
        by_key=by_key,
        created_at=now,
    )
    uow.lock(f"grade-mappings {decision.scheme_key}")
    if rank is not None:
        _must_be_monotone(uow, row, decision, rank)
    for earlier in in_force(_with_decisions(uow, row).decisions[::-1]):
        # An item has one place at a time: what was said of it for another scope is taken back.
        if rank is None or (earlier.product, earlier.whole_family) != (decision.product, whole_family):
            uow.session.add(_taken_back(earlier, decision))
    uow.session.add(decision)
    row.status = "dismissed" if rank is None else "mapped"
    uow.session.flush()
    return _with_decisions(uow, row)


def _rank(read: Fields) -> int | None:
    dismissed = read.flag("dismissed") or False
    value = read.number("rank")
    if dismissed == (value is not None):
        read.refuse(
            "rank", "required", "须给出 rank 或 dismissed 之一", "is required, or dismissed: one of the two"
        )
        return None
    if value is None:
        return None
    if value not in range(WORST, BEST + 1):
        read.refuse("rank", "bad-rank", "应为 1 至 5 的整数 (5 最好)", "must be 1 to 5 (5 best)")
        return None
    return int(value)


def _must_be_monotone(uow: UnitOfWork, row: GradeReviewRow, decision: GradeMappingRow, rank: int) -> None:
    new = Ranked(row.grade, tuple(row.measurements), rank)
    clash = contradicts(new, _ranked_beside(uow, row, decision))
    if clash is None:
        return
    shown = clash.grade or ";".join(clash.measurements)
    raise PostingError(
        [
            FieldError(
                "rank",
                "not-monotone",
                f"与“{shown}”的等级 {clash.rank} 矛盾: 更好的不能更低",
                f"contradicts {shown!r}, which has rank {clash.rank}: a better one is never lower",
            )
        ]
    )


def _ranked_beside(uow: UnitOfWork, row: GradeReviewRow, decision: GradeMappingRow) -> list[Ranked]:
    """The scheme's own grades, and what staff have placed of it for products that this decision touches."""
    released = taxonomy().scheme(row.scheme) if row.scheme else None
    found = [
        Ranked(name, (), grade.rank)
        for grade in (released.grades if released is not None else ())
        for name in (grade.code, grade.name_zh, grade.name_en)
        if name
    ]
    query = (
        select(GradeMappingRow, GradeReviewRow)
        .join(GradeReviewRow, col(GradeReviewRow.id) == col(GradeMappingRow.review_id))
        .where(GradeMappingRow.scheme_key == decision.scheme_key, GradeMappingRow.review_id != row.id)
        .order_by(col(GradeMappingRow.id))
    )
    pairs = uow.session.exec(query).all()
    reviews = {mapping.id: review for mapping, review in pairs}
    for mapping in in_force([mapping for mapping, _ in pairs]):
        if mapping.rank is not None and _touch(mapping, decision):
            of = reviews[mapping.id]
            found.append(Ranked(of.grade, tuple(of.measurements), mapping.rank))
    return found


def _touch(one: GradeMappingRow, other: GradeMappingRow) -> bool:
    """Whether some product is graded by both."""
    known = taxonomy()
    if one.whole_family or other.whole_family:
        return known.product(one.product).family == known.product(other.product).family
    return known.is_descendant(one.product, other.product) or known.is_descendant(other.product, one.product)


def _taken_back(earlier: GradeMappingRow, by: GradeMappingRow) -> GradeMappingRow:
    return GradeMappingRow(
        **earlier.model_dump(exclude={"id", "rank", "note", "by_role", "by_key", "created_at"}),
        rank=None,
        note=None,
        by_role=by.by_role,
        by_key=by.by_key,
        created_at=by.created_at,
    )


def _with_decisions(uow: UnitOfWork, row: GradeReviewRow) -> Review:
    query = (
        select(GradeMappingRow)
        .where(GradeMappingRow.review_id == row.id)
        .order_by(col(GradeMappingRow.id).desc())
    )
    return Review(row, uow.session.exec(query).all())


def _count(uow: UnitOfWork, key: str, one: UnknownGrade, count: int, now: dt.datetime) -> None:
    values: dict[str, Any] = {
        "id": uuid4(),
        "key": key,
        "scheme": one.scheme,
        "grade": one.grade,
        "measurements": list(one.measurements),
        "product": one.product,
        "count": count,
        "first_seen": now,
        "last_seen": now,
        "status": "open",
    }
    upsert = insert(GradeReviewRow).values(**values)
    again = {
        "count": col(GradeReviewRow.count) + upsert.excluded["count"],
        "last_seen": func.greatest(col(GradeReviewRow.last_seen), upsert.excluded.last_seen),
    }
    uow.session.execute(upsert.on_conflict_do_update(index_elements=["key"], set_=again))


def _key(one: UnknownGrade) -> str:
    parts = (folded(one.scheme), folded(one.grade), measured_key(one.measurements), one.product)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
