"""`/matches/{id}/decisions` and `/counters`: what a party decides about a match, as the gateway's read model showed it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from duijie_shared.service.errors import FieldError, unprocessable
from duijie_shared.values import QUANTITY_SCALE, to_number
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from duijie_catalog.api import deal_answers
from duijie_catalog.api.context import Context
from duijie_catalog.api.deals import MOST, LegBody
from duijie_catalog.api.requests import CallerOf, ObjectId, Small
from duijie_catalog.domain.counter import ROUNDS
from duijie_catalog.domain.deal import Leg
from duijie_catalog.domain.terms import Shown
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.trading import decisions
from duijie_catalog.trading.decision_words import wanted_of
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_catalog.domain.constraint import Constraint
    from duijie_catalog.domain.counter import Counter
    from duijie_catalog.trading.decision_words import Wanted
    from duijie_catalog.trading.decisions import Outcome


class MatchShown(BaseModel):
    """A match of the read model; contract integers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    offer_id: UUID
    demand_id: UUID
    offer_version: int = Field(ge=1)
    demand_version: int = Field(ge=1)
    quantity: int = Field(ge=1, le=MOST)
    price: int | None = Field(ge=0, le=MOST)
    transport: int = Field(ge=0, le=MOST)
    legs: tuple[LegBody, ...] = Field(default=(), max_length=20)
    proposed: bool

    def shown(self, match_id: UUID) -> Shown:
        """What it says."""
        own = self.model_dump(exclude={"legs"})
        return Shown(match_id=match_id, **own, legs=tuple(Leg(**leg.model_dump()) for leg in self.legs))


def router(context: Context) -> APIRouter:
    """The route of decisions."""
    routes = APIRouter(tags=["decisions"])

    @routes.post("/matches/{id}/decisions", status_code=201)
    def decide(request: Small, id: ObjectId) -> Response:  # noqa: A002
        fields = request.fields()
        said = fields.get("decision")
        wanted = wanted_of(said if isinstance(said, dict) else {})
        shown = _shown(fields.get("match"), id)

        def act(uow: UnitOfWork) -> Answer:
            now = context.clock()
            outcome = decisions.decide(uow, request.caller, shown, wanted, now)
            return answer(201, _answer(shown, wanted, outcome, now))

        # The same words are the same request, however the match has changed in the read model since.
        words = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False).encode()
        return context.answer_once(replace(request, body=words), act)

    @routes.get("/matches/{id}/counters")
    def listing(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        now = context.clock()
        with context.reading(request) as uow:
            found = decisions.counters_of(uow, caller, id)
        coarse = caller.party_id is not None
        return {"items": [_counter(each, now, coarse=coarse) for each in found], "next": None}

    return routes


def _shown(given: object, match_id: UUID) -> Shown:
    try:
        return MatchShown.model_validate_json(json.dumps(given, default=str)).shown(match_id)
    except ValidationError as error:
        raise unprocessable(
            [FieldError("match", "malformed", "无法接受", str(each["msg"])) for each in error.errors()]
        ) from error


def _answer(shown: Shown, wanted: Wanted, outcome: Outcome, now: dt.datetime) -> dict[str, Any]:
    return {
        "decision": wanted.kind,
        "match": str(shown.match_id),
        "status": outcome.status,
        "side": outcome.side,
        "deal": outcome.deal and deal_answers.deal(outcome.deal, outcome.side),
        "decline": outcome.decline and _decline(outcome.decline),
        "counter": outcome.counter and _counter(outcome.counter, now, coarse=outcome.status != "dealt"),
    }


def _counter(of: Counter, now: dt.datetime, *, coarse: bool) -> dict[str, Any]:
    """A counter-offer; to 0.01 for the sides, for an exact price beside the farm gate's would give the distance away."""
    price, gate = of.price, of.price - of.transport
    return {
        "id": str(of.id),
        "status": of.status_at(now),
        "side": of.side,
        "round": of.round,
        "rounds": ROUNDS,
        "quantity": to_number(of.quantity, QUANTITY_SCALE),
        "price": deal_answers.price(price, coarse=coarse),
        "farm_gate_price": deal_answers.price(gate, coarse=coarse),
        "made_at": of.created_at.isoformat(),
        "expires_at": of.expires_at.isoformat(),
    }


def _decline(of: Constraint) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "status": of.status,
        "reason": of.reason,
        "since": of.created_at.isoformat(),
        "ended_at": of.ended_at and of.ended_at.isoformat(),
    }
