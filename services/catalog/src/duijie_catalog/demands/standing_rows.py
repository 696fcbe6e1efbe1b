"""Rows <-> standing demands. All SQL about them and their instances is here."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from duijie_shared.posting import FieldError
from duijie_shared.posting.columns import DESCRIPTIONS
from sqlalchemy import ARRAY, Uuid, any_, func, literal, update
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.demands.recurrence_fields import month_day_of, recurrence_fields
from duijie_catalog.domain.recurrence import Recurrence, Seasonal, Weekly
from duijie_catalog.domain.standing import StandingDemand, StandingTerms
from duijie_catalog.tables import OrderRow, PartyRow, StandingDemandRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sqlmodel import Session
    from sqlmodel.sql.expression import SelectOfScalar

    from duijie_catalog.domain.standing import StandingStatus


class StandingDemands:
    """Standing demands within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, id: UUID, *, lock: bool = False) -> StandingDemand | None:  # noqa: A002 - the column's name
        """It, or None; `lock` holds its row until the transaction ends."""
        query = select(StandingDemandRow).where(StandingDemandRow.id == id)
        found = self._load(query.with_for_update() if lock else query)
        return found[0] if found else None

    def page(
        self, *, after: int, limit: int, status: str | None, party_id: UUID | None
    ) -> list[StandingDemand]:
        """Up to `limit` in posting order from behind the sequence `after`: a party's, or everyone's."""
        query = select(StandingDemandRow).where(StandingDemandRow.sequence > after)
        if status is not None:
            query = query.where(StandingDemandRow.status == status)
        if party_id is not None:
            query = query.where(StandingDemandRow.party_id == party_id)
        return self._load(query.order_by(col(StandingDemandRow.sequence)).limit(limit))

    def open_ones(self, *, after: int, limit: int) -> list[StandingDemand]:
        """Up to `limit` open ones of approved parties, in posting order from behind `after`, locked.

        Those that another process holds are left to it: it opens what is due itself.
        """
        query = (
            select(StandingDemandRow)
            .join(PartyRow)
            .where(PartyRow.status == "approved")
            .where(StandingDemandRow.status == "open", StandingDemandRow.sequence > after)
            .order_by(col(StandingDemandRow.sequence))
            .limit(limit)
            .with_for_update(of=StandingDemandRow, skip_locked=True)
        )
        return self._load(query)

    def save(self, of: StandingDemand) -> None:
        """Store a new one or a new version. Raises `LostRaceError` as `bulk.upsert`."""
        bulk.upsert(self._session, StandingDemandRow, [_values(of)])

    def note(self, of: StandingDemand) -> None:
        """Store what became of its windows; no version of its own."""
        noted = (
            update(StandingDemandRow)
            .where(col(StandingDemandRow.id) == of.id)
            .values(missed=of.missed, settled_to=of.settled_to)
        )
        self._session.execute(noted)

    def standing_of(self, party_id: UUID) -> int:
        """How many of the party have not ended."""
        query = select(func.count()).where(
            StandingDemandRow.party_id == party_id, StandingDemandRow.status != "ended"
        )
        return self._session.exec(query).one()

    def opened(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these orders there are."""
        wanted = any_(literal(list(ids), ARRAY(Uuid)))
        return set(self._session.exec(select(OrderRow.id).where(col(OrderRow.id) == wanted)))

    def parties_among(self, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these parties there are."""
        wanted = any_(literal(list(ids), ARRAY(Uuid)))
        return set(self._session.exec(select(PartyRow.id).where(col(PartyRow.id) == wanted)))

    def _load(self, query: SelectOfScalar[StandingDemandRow]) -> list[StandingDemand]:
        return [_standing(row) for row in self._session.exec(query)]


def _standing(row: StandingDemandRow) -> StandingDemand:
    return StandingDemand(
        id=row.id,
        sequence=row.sequence,
        version=row.version,
        status=cast("StandingStatus", row.status),  # held by a constraint
        party_id=row.party_id,
        terms=StandingTerms(
            template={name: _read(name, value) for name, value in row.template.items()},
            recurrence=Recurrence(_pattern(row), row.starts_on, row.ends_on, row.lead_days),
            suppliers=tuple(row.suppliers),
            yearly_adjustment=row.yearly_adjustment,
        ),
        settled_to=row.settled_to,
        missed=row.missed,
        problems=tuple(FieldError(**problem) for problem in row.problems),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _values(of: StandingDemand) -> dict[str, Any]:
    when: dict[str, Any] = dict.fromkeys(("every_weeks", "needed_days", "season_from", "season_to"))
    when |= {"weekdays": [], **recurrence_fields(of.terms.recurrence)}
    return {
        "id": of.id,
        "sequence": of.sequence,
        "version": of.version,
        "status": of.status,
        "party_id": of.party_id,
        "template": dict(of.terms.template),
        **when,
        "suppliers": list(of.terms.suppliers),
        "yearly_adjustment": of.terms.yearly_adjustment,
        "long_contract": of.terms.long_contract,
        "settled_to": of.settled_to,
        "missed": of.missed,
        "problems": [dataclasses.asdict(problem) for problem in of.problems],
        "created_at": of.created_at,
        "updated_at": of.updated_at,
    }


def _pattern(row: StandingDemandRow) -> Weekly | Seasonal:
    if row.season_from is not None and row.season_to is not None:
        return Seasonal(month_day_of(row.season_from), month_day_of(row.season_to))
    if row.every_weeks is None or row.needed_days is None:
        raise AssertionError("neither weeks nor a season")
    return Weekly(row.every_weeks, tuple(row.weekdays), row.needed_days)


def _read(name: str, value: Any) -> Any:
    # Decimals are kept as text, since a JSON number loses digits on its way through the driver.
    is_number = isinstance(value, str) and DESCRIPTIONS[name].form == "number"
    return Decimal(value) if is_number else value
