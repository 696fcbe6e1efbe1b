"""The policy: read by all who hold a key, changed by staff, with its history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from duijie_shared.events.policy import Policy
from duijie_shared.policy_files import policy_toml
from duijie_shared.policy_knobs import KNOBS
from duijie_shared.service.errors import Refusal, not_found
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import Reader, ServicesDep, allowed, correlation_id_of, json_body
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.reference.caching import (
    LIVE,
    NOT_MODIFIED,
    RELEASED,
    IfNoneMatch,
    cacheable,
    written,
)
from duijie_gateway.api.schemas.policy import (
    Knobs,
    PolicyCheck,
    PolicyHistory,
    PolicyPosting,
    PolicyPut,
    PolicyVersionWhole,
)
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/policy", tags=["policy"])

TOML = "application/toml"
_FILE = {TOML: {"schema": {"type": "string", "contentMediaType": TOML}}}


async def policy_maker(caller: Annotated[Caller, Depends(allowed("set_policy"))]) -> Caller:
    """Staff of an area may not decide on what holds for the whole country."""
    if caller.county is not None:
        raise Refusal(
            403, "area-bound", "限于本地区的人员不能修改政策", "Staff of an area may not change the policy"
        )
    return caller


async def policy_body(request: Request) -> bytes:
    """The body: a TOML file as it is, JSON after the one strict reading."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await request.body() if content_type == TOML else await json_body(request)


Maker = Annotated[Caller, Depends(policy_maker)]
Body = Annotated[bytes, Depends(policy_body)]
Reason = Annotated[
    str | None, Query(max_length=2000, description="Why, where the body is a file", examples=["冬季运价上调"])
]


def _bodies(*parameters: dict[str, Any]) -> dict[str, Any]:
    described = body_of(PolicyPosting)
    described["requestBody"]["content"] |= _FILE
    return {**described, "parameters": list(parameters)}


@router.get(
    "",
    summary="The policy in force",
    responses={200: {"model": Policy, "content": _FILE}, **NOT_MODIFIED, **refusals(*READING, 502)},
)
async def in_force(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    if_none_match: IfNoneMatch = None,
    format_: Annotated[
        Literal["json", "toml"] | None, Query(alias="format", description="Or `Accept: application/toml`")
    ] = None,
) -> Response:
    """The tilt, the transport rates and the limits of matching, as published; `version` names every change.

    As TOML it is the file that `duijie match --policy` and a change take, every knob explained.
    """
    found = await services.catalog.get_json("/policy", caller, correlation_id=correlation_id_of(request))
    if found is None:
        raise not_found()
    accepted = [each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")]
    as_file = format_ == "toml" or (format_ is None and TOML in accepted)
    body = policy_toml(Policy.model_validate(found)).encode() if as_file else written(found)
    response = cacheable(body, if_none_match, LIVE)
    response.headers["Vary"] = "Accept"
    if as_file and response.status_code == 200:
        response.headers["Content-Type"] = TOML
        response.headers["Content-Disposition"] = (
            f'attachment; filename="duijie-policy-{found["version"]}.toml"'
        )
    return response


@router.get(
    "/knobs",
    summary="Every knob of the policy: unit, default, limits, why",
    responses={200: {"model": Knobs}, **NOT_MODIFIED, **refusals(*READING)},
)
async def knobs(_caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """In the order of the policy; they change with a release alone."""
    return cacheable(written({"items": [knob.shown() for knob in KNOBS]}), if_none_match, RELEASED)


@router.get(
    "/history",
    summary="All versions, newest first",
    responses={200: {"model": PolicyHistory}, **refusals(*READING, 502)},
)
async def history(
    forwarding: ForwardingDep, caller: Reader, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """When, who, why, and each knob that changed. Whose key it was is for staff."""
    return await forwarding.page(caller, "/policy/history", limit=limit, cursor=cursor)


@router.get(
    "/versions/{version}",
    summary="One version of the policy",
    responses={200: {"model": PolicyVersionWhole}, **refusals(*READING, 404, 502)},
)
async def one(
    forwarding: ForwardingDep,
    caller: Reader,
    version: Annotated[int, Path(ge=1, lt=2**31 - 1, examples=[1])],
) -> Response:
    """Whole, with who made it and what it changed. Every proposal names the version that made it."""
    return await forwarding.answer(caller, f"/policy/versions/{version}")


@router.post(
    "/check",
    summary="What a policy would change, or why it would be refused",
    responses={200: {"model": PolicyCheck}, **refusals(*WRITING, 502)},
    openapi_extra=_bodies(),
)
async def check(forwarding: ForwardingDep, caller: Maker, body: Body, reason: Reason = None) -> Response:
    """A dry run: nothing is stored, and `reason` may be left out."""
    return await forwarding.answer(caller, "/policy/check", body=body, params={"reason": reason})


@router.put(
    "",
    summary="Change the policy",
    responses={200: {"model": PolicyPut}, **refusals(*WRITING, 409, 412, 428, 502)},
    openapi_extra=_bodies(IF_MATCH, IDEMPOTENCY_KEY),
)
async def put(forwarding: ForwardingDep, caller: Maker, body: Body, reason: Reason = None) -> Response:
    """The whole policy: what is left out has its default. One version more, published with it; every market is
    cleared again. The same content makes no version.
    """
    return await forwarding.answer(caller, "/policy", body=body, params={"reason": reason})
