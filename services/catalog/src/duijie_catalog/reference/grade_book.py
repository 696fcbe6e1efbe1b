"""What a transaction knows of grades beside this release: buyers' own schemes, and what staff have placed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.posting.errors import UnknownGrade
from duijie_shared.posting.grading import OWN_PREFIX, is_own
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.own_schemes import OwnScheme, SchemeRefusedError, own_scheme
from duijie_shared.words import folded
from sqlalchemy import and_, or_
from sqlmodel import col, select

from duijie_catalog.tables import GradeMappingRow, GradeSchemeRow, PartyRow

if TYPE_CHECKING:
    from duijie_shared.posting import OrderTerms
    from sqlmodel import Session

_REFERENCE = re.compile(
    rf"{OWN_PREFIX}\s*(?P<owner>.+)/(?P<code>[A-Za-z0-9][A-Za-z0-9_-]{{1,39}})(?:@(?P<version>[0-9]{{1,6}}))?",
    re.IGNORECASE,
)


class StoredGrades:
    """The `GradeBook` of one transaction; each answer is looked up once, and nothing where nothing is asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._own: dict[str, tuple[str, OwnScheme] | None] = {}
        self._mapped: dict[UnknownGrade, int | None] = {}

    def own(self, reference: str) -> tuple[str, OwnScheme] | None:
        """A buyer's scheme, in its newest version or the one named, and the reference that stays."""
        if reference not in self._own:
            row = scheme_row(self._session, reference)
            scheme = None if row is None else _scheme(row)
            self._own[reference] = None if row is None or scheme is None else (reference_of(row), scheme)
        return self._own[reference]

    def mapped(self, unknown: UnknownGrade) -> int | None:
        """The rank that staff have given, the nearest to the product: its own, its ancestors', its family's."""
        if unknown not in self._mapped:
            self._mapped[unknown] = self._find(unknown)
        return self._mapped[unknown]

    def kept(self, fields: Mapping[str, object], current: OrderTerms) -> Mapping[str, object]:
        """The fields of a row that is read again: the buyer's scheme it names is the version it was posted under.

        Another version must be named.
        """
        reference, posted = fields.get("grade_scheme"), current.grade_scheme
        if not isinstance(reference, str) or posted is None or not is_own(posted) or "@" in reference:
            return fields
        found = self.own(reference)
        if found is None or found[0].rpartition("@")[0] != posted.rpartition("@")[0]:
            return fields
        return {**fields, "grade_scheme": posted}

    def _find(self, unknown: UnknownGrade) -> int | None:
        lineage = taxonomy().lineage(unknown.product)
        family = taxonomy().product(unknown.product).family
        query = (
            select(GradeMappingRow)
            .where(
                GradeMappingRow.scheme_key == folded(unknown.scheme),
                GradeMappingRow.grade_key == folded(unknown.grade),
                GradeMappingRow.measured_key == measured_key(unknown.measurements),
                or_(
                    and_(~col(GradeMappingRow.whole_family), col(GradeMappingRow.product).in_(lineage)),
                    and_(col(GradeMappingRow.whole_family), col(GradeMappingRow.product) == family),
                ),
            )
            .order_by(col(GradeMappingRow.id))
        )
        places = {(row.product, row.whole_family): row.rank for row in self._session.exec(query)}
        nearest = (*((slug, False) for slug in lineage), (family, True))
        return next((rank for place in nearest if (rank := places.get(place)) is not None), None)


def scheme_row(session: Session, reference: str) -> GradeSchemeRow | None:
    """The version of a buyer's scheme that a reference names; None for no reference, an unknown buyer or scheme."""
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        return None
    party = _party_id(session, match["owner"].strip())
    query = select(GradeSchemeRow).where(
        GradeSchemeRow.party_id == party, GradeSchemeRow.code_key == folded(match["code"])
    )
    if match["version"] is not None:
        query = query.where(GradeSchemeRow.version == int(match["version"]))
    return session.exec(query.order_by(col(GradeSchemeRow.version).desc()).limit(1)).first()


def reference_of(row: GradeSchemeRow) -> str:
    """The reference of one version, which stays the same for ever."""
    return f"{OWN_PREFIX}{row.party_id}/{row.code}@{row.version}"


def measured_key(measurements: Iterable[str]) -> str:
    """Measurements as they are compared: 60.0 is 60."""
    pairs = (each.partition("=") for each in measurements)
    return ";".join(f"{name}={Decimal(value).normalize():f}" for name, _, value in pairs)


def in_force(rows: Sequence[GradeMappingRow]) -> list[GradeMappingRow]:
    """The newest decision of each place that was not taken back; `rows` oldest first."""
    newest = {(row.grade_key, row.measured_key, row.product, row.whole_family): row for row in rows}
    return [row for row in newest.values() if row.rank is not None]


def _scheme(row: GradeSchemeRow) -> OwnScheme | None:
    try:
        return own_scheme(row.body)
    except SchemeRefusedError:
        return None  # a later release took its code or dropped its product: then nobody can grade by it


def _party_id(session: Session, owner: str) -> UUID | None:
    try:
        return UUID(owner)
    except ValueError:
        return session.exec(select(PartyRow.id).where(PartyRow.row_key == owner)).first()
