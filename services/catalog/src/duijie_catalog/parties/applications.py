"""How parties come in: entered by the operator, approved; or applied for, and verified before they trade."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from duijie_shared.posting import FieldError, PartyTerms, parse_party
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import Refusal

from duijie_catalog.domain.party import Party
from duijie_catalog.kinds import party_id_of
from duijie_catalog.parties import history, party_access, verification

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork


def enter(uow: UnitOfWork, caller: Caller, fields: Mapping[str, object], now: dt.datetime) -> Party:
    """A new party, entered by the operator under a row key of its own: approved.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted.
    Refusal
        409 when the row key is another party's, 403 for staff of one area, whose parties are applied for.
    """
    row_key, terms = _read(fields)
    party_access.for_platform(caller)
    made = _new(uow, row_key, terms, now)
    uow.store([made], now)
    history.add(uow.session, caller.actor, None, made, "enter", now)
    return made


def apply(uow: UnitOfWork, caller: Caller, fields: Mapping[str, object], now: dt.datetime) -> Party:
    """A new party that is to be verified, entered for it by staff whose area covers its county.

    Raises
    ------
    PostingError, Refusal
        As `enter`; 403 where the county is outside the caller's area.
    """
    row_key, terms = _read(fields)
    verification.with_county(terms)
    if not (caller.actor.platform or caller.actor.serves(terms.county)):
        raise party_access.outside_area()
    made = dataclasses.replace(_new(uow, row_key, terms, now), status="applied")
    uow.store([made], now)
    history.add(uow.session, caller.actor, None, made, "apply", now)
    return made


def _read(fields: Mapping[str, object]) -> tuple[str, PartyTerms]:
    keyed = Fields({"row_key": fields.get("row_key")}, ("row_key",), "json")
    keyed.require("row_key")
    row_key = keyed.text("row_key") or ""
    keyed.finish()
    return row_key, parse_party(
        {name: value for name, value in fields.items() if name != "row_key"}, source="json"
    )


def _new(uow: UnitOfWork, row_key: str, terms: PartyTerms, now: dt.datetime) -> Party:
    id_ = party_id_of(row_key)
    if uow.parties.get(id_) is not None:
        taken = FieldError("row_key", "taken", "已被另一主体使用", "is another party's")
        raise Refusal(409, "row-key-taken", "row_key 已被使用", "The row_key is taken", errors=[taken])
    return Party.register(id_, uow.sequences(1)[0], row_key, terms, now)
