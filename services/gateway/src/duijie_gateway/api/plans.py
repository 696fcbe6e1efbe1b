"""Plans of markets, and why an order is left short."""

from __future__ import annotations

from typing import Annotated, Literal

from duijie_shared.rendering import diagnosis_item, plan_item
from duijie_shared.service.errors import Refusal, not_found
from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bad_cursor, bound, open_cursor
from duijie_gateway.api.deps import ObjectId, Reader, ServicesDep, allowed
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.schemas.matches import DiagnosisItem, Plan, PlanPage
from duijie_gateway.domain.access import Caller

router = APIRouter()

PlanReader = Annotated[Caller, Depends(allowed("read_plans"))]


@router.get(
    "/v1/plans",
    tags=["plans"],
    summary="Totals of every market's last clearing",
    responses={200: {"model": PlanPage}, **refusals(*READING)},
)
async def page(
    services: ServicesDep, caller: PlanReader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """For staff: the exact welfare of a small market would give its members' price limits away."""
    bound_to = bound(caller, "plans")
    after = open_cursor(services.cursors, cursor, bound_to)
    if not isinstance(after, str | None):
        raise bad_cursor()
    found = await services.plans.plans(limit=limit + 1, after=after or "")
    shown = found[:limit]
    more = len(found) > limit
    return JSONResponse(
        {
            "items": [plan_item(plan) for plan in shown],
            "next": services.cursors.sign(shown[-1].market, bound_to=bound_to) if more else None,
        }
    )


@router.get(
    "/v1/plans/{market}",
    tags=["plans"],
    summary="Totals of one market's last clearing",
    responses={200: {"model": Plan}, **refusals(*READING, 404)},
)
async def one(
    services: ServicesDep, _caller: PlanReader, market: Annotated[str, Path(max_length=100)]
) -> Response:
    """A market is named by its family's code, `potato` for one."""
    plan = await services.plans.plan(market)
    if plan is None:
        raise not_found()
    return JSONResponse(plan_item(plan))


def _diagnosis_route(kind: str, side: Literal["offer", "demand"]) -> None:
    @router.get(
        f"/v1/{kind}/{{id}}/diagnosis",
        tags=[kind],
        summary="Why it is left short",
        responses={200: {"model": DiagnosisItem}, **refusals(*READING, 404)},
    )
    async def diagnosis(services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
        """404 also for an order that is not left short, or was not judged yet."""
        found = await services.plans.diagnosis(caller.scope, id_, side)
        if found is None:
            raise Refusal(
                404,
                "not-found",
                "没有这个订单, 或它并无缺口",
                "There is no such order, or it is not left short",
            )
        return JSONResponse(diagnosis_item(found))


_diagnosis_route("offers", "offer")
_diagnosis_route("demands", "demand")
