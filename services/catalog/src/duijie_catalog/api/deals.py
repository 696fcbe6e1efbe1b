"""`/holds`, `/deals`, `/capacities/{id}/calendar`: accepts, what came of them, and what they book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.events.deals import DealStatus, ReleaseReason
from duijie_shared.service.errors import FieldError, unprocessable
from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from duijie_catalog import handlers
from duijie_catalog.api import deal_answers
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Command, Cursor, Limit, ObjectId, Small
from duijie_catalog.domain.capacity import LONGEST_SPAN, Capacity
from duijie_catalog.domain.deal import Deal, Leg, Proposal
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.kinds import CAPACITIES
from duijie_catalog.trading import contracts, deal_rows, deals
from duijie_catalog.trading.deal_rows import Wanted
from duijie_catalog.unit_of_work import UnitOfWork

MOST = 2**63 - 1
Body = TypeVar("Body", bound=BaseModel)


class LegBody(BaseModel):
    """What a route takes of one capacity, on each day from `first` to `last`; contract units."""

    model_config = ConfigDict(extra="forbid", strict=True)

    capacity_id: UUID
    first: dt.date
    last: dt.date
    quantity: int = Field(ge=1, le=MOST)


class HoldBody(BaseModel):
    """A match as it was shown to the side that accepts it; contract integers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    match_id: UUID
    offer_id: UUID
    demand_id: UUID
    offer_version: int = Field(ge=1)
    demand_version: int = Field(ge=1)
    quantity: int = Field(ge=1, le=MOST)
    price: int = Field(ge=0, le=MOST)
    farm_gate_price: int = Field(ge=0, le=MOST)
    legs: tuple[LegBody, ...] = Field(default=(), max_length=20)
    side: Side
    deadline: AwareDatetime

    def proposal(self) -> Proposal:
        """What it says. 422 where more would come to the farm gate than is paid at the door."""
        if self.farm_gate_price > self.price:
            raise unprocessable([_ABOVE])
        own = self.model_dump(exclude={"legs"})
        return Proposal(**own, legs=tuple(Leg(**leg.model_dump()) for leg in self.legs))


class ReleaseBody(BaseModel):
    """Why a side declines."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: ReleaseReason = "other"


def router(context: Context) -> APIRouter:
    """The routes of holds, deals and calendars."""
    routes = APIRouter(tags=["deals"])

    def answered(command: Command, status: int, act: Callable[[UnitOfWork, dt.datetime], Deal]) -> Response:
        def answer_of(uow: UnitOfWork) -> Answer:
            now = context.clock()
            deal = act(uow, now)
            # Without the other side's contact: the answer is kept under its key, and a reveal is noted each time.
            shown = deal_answers.deal(deal, deal.side_of(command.caller.party_id))
            return answer(status, shown, {"ETag": f'"{deal.version}"', "Location": f"/deals/{deal.id}"})

        return context.answer_once(command, answer_of)

    @routes.post("/holds", status_code=201)
    def hold(request: Small) -> Response:
        proposal = _body(HoldBody, request).proposal()
        return answered(request, 201, lambda uow, now: deals.hold(uow, request.caller, proposal, now))

    @routes.post("/holds/{id}/accept")
    def accept(request: Small, id: ObjectId) -> Response:  # noqa: A002
        return answered(request, 200, lambda uow, now: deals.accept(uow, request.caller, id, now))

    @routes.post("/holds/{id}/release")
    def release(request: Small, id: ObjectId) -> Response:  # noqa: A002
        reason = _body(ReleaseBody, request).reason
        return answered(request, 200, lambda uow, now: deals.release(uow, request.caller, id, reason, now))

    @routes.get("/deals")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: DealStatus | None = None,
        match: UUID | None = None,
        order: UUID | None = None,
        area: Annotated[str | None, Query(pattern="^[0-9]{2,6}$")] = None,
    ) -> dict[str, Any]:
        wanted = Wanted(caller.party_id, status, match, order, area)
        with context.reading(request) as uow:
            found = deal_rows.page(uow, wanted, after=after_of(cursor), limit=limit + 1)
        return page(found, limit, lambda deal: deal_answers.deal(deal, deal.side_of(caller.party_id)))

    @routes.get("/deals/{id}")
    def read(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            found = deals.read(uow, caller, id)
            shown = deal_answers.deal(found, found.side_of(caller.party_id))
            return shown | deal_answers.counterparty(deals.reveal(uow, caller, found, context.clock()))

    @routes.get("/deals/{id}/contract")
    def contract(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            return deal_answers.contract(contracts.read(uow, caller, id, context.clock()))

    @routes.get("/capacities/{id}/calendar")
    def calendar(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
        first: Annotated[dt.date, Query(alias="from")],
        last: Annotated[dt.date, Query(alias="to")],
    ) -> dict[str, Any]:
        if not 0 <= (last - first).days < LONGEST_SPAN:
            raise unprocessable([_SPAN])
        with context.reading(request) as uow:
            found = handlers.read(uow, CAPACITIES, caller, id, context.clock())
        assert isinstance(found, Capacity)  # noqa: S101 - read from the capacities
        return deal_answers.calendar(found, first, last)

    return routes


def _body(model: type[Body], command: Command) -> Body:
    command.fields()  # one strict reading: no repeated names, no NaN
    try:
        return model.model_validate_json(command.body)
    except ValidationError as error:
        raise unprocessable(
            [
                FieldError(
                    ".".join(map(str, each["loc"])) or "body",
                    "malformed",
                    f"无法接受: {each['msg']}",
                    each["msg"],
                )
                for each in error.errors(include_url=False)
            ]
        ) from error


_ABOVE = FieldError(
    "farm_gate_price", "above-price", "产地价不能高于到货价", "is above the price at the buyer's door"
)
_SPAN = FieldError(
    "to",
    "span",
    f"须在 from 当日至其后 {LONGEST_SPAN} 天内",
    f"must lie within {LONGEST_SPAN} days from `from`",
)
