"""Applications of parties and the steps of their verification."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from duijie_shared.posting import FieldError, PostingError, parse_party
from duijie_shared.service.errors import Refusal

from duijie_catalog.domain.party import Party
from duijie_catalog.domain.verification import (
    REASONED,
    REASONS,
    STEPS,
    Action,
    NotTheirsError,
    WrongStatusError,
    next_status,
)
from duijie_catalog.parties import documents, history, party_access, recommendations, rescoring
from duijie_catalog.posted import degrees

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_shared.posting import PartyTerms

    from duijie_catalog.handlers import Caller
    from duijie_catalog.unit_of_work import UnitOfWork

STEP_FIELDS = ("action", "reasons", "note", "changes")
_ACTIONS: dict[str, Action] = {action: action for action in STEPS}
_REASONS = {code: code for code in REASONS}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A step as a body asks for it."""

    action: Action
    reasons: tuple[str, ...]
    note: str | None
    changes: Mapping[str, object]


def wanted(fields: Mapping[str, object]) -> Wanted:
    """The step that a body asks for.

    Raises
    ------
    PostingError
        Naming every field that cannot be accepted: a return or suspension without a reason, `other` without a note.
    """
    read = documents.fields(fields, STEP_FIELDS)
    read.require("action")
    action = read.choice("action", _ACTIONS)
    reasons = documents.words_of(read, "reasons", _REASONS, needed=action in REASONED)
    note = read.text("note", longest=500, lines=True)
    changes = fields.get("changes")
    if action not in REASONED and action and read.has("reasons"):
        read.refuse("reasons", "no-reasons", "此操作不需要原因代码", "this step takes no reason codes")
    if "other" in reasons and note is None:
        read.refuse("note", "required", "原因为 other 时须写说明", "is required where the reason is other")
    if changes is not None and (action != "apply" or not isinstance(changes, Mapping)):
        read.refuse(
            "changes", "not-here", "只有重新申请时可以修改资料", "may come with a new application alone"
        )
    read.finish()
    if action is None:
        raise AssertionError("a missing action was not refused")
    return Wanted(action, reasons, note, changes if isinstance(changes, Mapping) else {})


def take(
    uow: UnitOfWork, caller: Caller, party_id: UUID, expected: int, step: Wanted, now: dt.datetime
) -> Party:
    """The party after one step of its verification.

    Raises
    ------
    PostingError, StaleVersionError, Refusal
        404 where the caller may not see the party, 403 where the step is another's, 409 where it does not follow.
    """
    party = party_access.seen(uow, caller, party_id, lock=True).at_version(expected)
    steps = history.of_party(uow.session, party_id)
    try:
        status = next_status(party, step.action, caller.actor, steps)
    except NotTheirsError as error:
        raise Refusal(403, error.code, error.zh, error.en.capitalize()) from error
    except WrongStatusError as error:
        raise Refusal(409, "wrong-status", error.zh, error.en.capitalize()) from error
    terms = _amended(party.terms, step.changes) if step.changes else party.terms
    moved = party.moved(status, now, terms)
    uow.store([moved], now)
    history.add(uow.session, caller.actor, party, moved, step.action, now, step.reasons, step.note)
    if step.action == "approve":
        recommendations.attest(uow.session, moved, steps, now)
    rescoring.of_party(uow, party_id, now)
    if "suspended" in {party.status, moved.status}:
        rescoring.capacities(uow, party_id, now)
    return uow.parties.get(party_id) or moved


def _amended(terms: PartyTerms, changes: Mapping[str, object]) -> PartyTerms:
    """The facts of a new application; a point that was only its county's seat moves with the county."""
    fields = {
        "name": terms.name,
        "kind": terms.kind,
        "uscc": terms.uscc,
        "county": terms.county,
        "contact": terms.contact,
        "latitude": degrees(terms.latitude_e7),
        "longitude": degrees(terms.longitude_e7),
    }
    if "county" in changes and not {"latitude", "longitude"} & changes.keys():
        fields |= {"latitude": None, "longitude": None}
    return with_county(parse_party(fields | dict(changes), source="json"))


def with_county(terms: PartyTerms) -> PartyTerms:
    """The facts, if they name the county that is to recommend the party; PostingError otherwise."""
    if terms.county is None:
        raise PostingError(
            [FieldError("county", "required", "须填所在县, 由其推荐", "is required: it recommends the party")]
        )
    return terms
