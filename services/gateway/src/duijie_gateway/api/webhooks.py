"""Webhooks: made, changed, tested, replayed by their owner. Another owner's is 404."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable
from fastapi import APIRouter, Depends, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from duijie_gateway.api.bodies import read_model
from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bad_cursor, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.webhooks import (
    DeliveryPage,
    Replaying,
    ReplayPosting,
    Rotated,
    RotatePosting,
    TestSent,
    WebhookMade,
    WebhookPage,
    WebhookPatch,
    WebhookPosting,
    WebhookShown,
)
from duijie_gateway.domain.targets import TargetError
from duijie_gateway.webhook_tables import EndpointRow
from duijie_gateway.webhooks.secrets import new_secret
from duijie_gateway.webhooks.words import DISABLED, ERRORS

if TYPE_CHECKING:
    from duijie_gateway.api.deps import Services
    from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


async def own_webhook(services: ServicesDep, caller: Reader, id_: ObjectId) -> EndpointRow:
    """The caller's webhook of this id, else 404."""
    row = await services.webhooks.store.one(caller.scope.key(), id_)
    if row is None:
        raise not_found()
    return row


OwnWebhook = Annotated[EndpointRow, Depends(own_webhook)]


@router.post(
    "",
    status_code=201,
    summary="Make a webhook; its secret is shown this once",
    responses={201: {"model": WebhookMade}, **refusals(*WRITING, 409)},
    openapi_extra=body_of(WebhookPosting),
)
async def create(services: ServicesDep, caller: Reader, body: JsonBody) -> Response:
    """Its owner is the key's party; for staff the operator, or its staff of the same area. What it is sent is signed by
    Standard Webhooks; it sees what its owner sees.
    """
    posting = read_model(WebhookPosting, body)
    await _check(services, caller, posting.url, posting.feed)
    oldest, head = await services.changes.bounds()
    position = head if posting.after is None else posting.after
    if not (position == 0 or oldest - 1 <= position <= head):
        raise _unknown_place("after")
    secret = new_secret()
    row = EndpointRow(
        id=uuid4(),
        owner=caller.scope.key(),
        key_id=caller.key_id,
        party_id=caller.scope.party,
        area=caller.scope.area,
        exact=caller.operator,
        url=posting.url,
        events=sorted(set(posting.events)),
        feed_id=posting.feed,
        label=posting.label,
        secret=services.webhooks.seal.close(secret),
        position=position,
        created_at=services.clock(),
    )
    if not await services.webhooks.store.create(row, most=services.webhooks.most):
        most = services.webhooks.most
        raise Refusal(
            409, "too-many-webhooks", f"最多 {most} 个 webhook", f"No more than {most} webhooks are kept"
        )
    shown = {**_shown(row), "secret": secret}
    return JSONResponse(shown, status_code=201, headers={"Location": f"/v1/webhooks/{row.id}"})


@router.get("", summary="Your webhooks", responses={200: {"model": WebhookPage}, **refusals(*READING)})
async def page(services: ServicesDep, caller: Reader) -> Response:
    """Newest first, without secrets."""
    rows = await services.webhooks.store.all(caller.scope.key())
    return JSONResponse({"items": [_shown(row) for row in rows], "next": None})


@router.get("/{id}", summary="A webhook", responses={200: {"model": WebhookShown}, **refusals(*READING, 404)})
async def one(row: OwnWebhook) -> Response:
    """How it fares, without its secret."""
    return JSONResponse(_shown(row))


@router.patch(
    "/{id}",
    summary="Pause or resume a webhook, change where it goes and what of",
    responses={200: {"model": WebhookShown}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(WebhookPatch),
)
async def change(services: ServicesDep, caller: Reader, row: OwnWebhook, body: JsonBody) -> Response:
    """A paused or disabled webhook keeps its place: resumed, it is sent what it missed. Other events hold for what is
    handed out from now on.
    """
    patch = read_model(WebhookPatch, body)
    given: dict[str, Any] = {
        name: getattr(patch, name)
        for name in patch.model_fields_set
        if name == "feed" or getattr(patch, name) is not None
    }
    await _check(services, caller, given.get("url"), given.get("feed"))
    if "feed" in given:
        given["feed_id"] = given.pop("feed")
    if "events" in given:
        given["events"] = sorted(set(given["events"]))
    if not await services.webhooks.store.change(row.owner, row.id, given, services.clock()):
        raise not_found()
    return JSONResponse(_shown(await own_webhook(services, caller, row.id)))


@router.delete(
    "/{id}", status_code=204, summary="Delete a webhook and its log", responses=refusals(*READING, 404)
)
async def delete(services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """An attempt that is under way may still arrive."""
    if not await services.webhooks.store.delete(caller.scope.key(), id_):
        raise not_found()
    return Response(status_code=204)


@router.post(
    "/{id}/test",
    status_code=202,
    summary="Send a test message",
    responses={202: {"model": TestSent}, **refusals(*READING, 404, 409)},
)
async def test(services: ServicesDep, row: OwnWebhook) -> Response:
    """Signed and retried like any other, of type `duijie.webhook.test.v1`."""
    tested = await services.webhooks.store.test(row.owner, row.id, services.clock())
    match tested.refusal:
        case "missing":
            raise not_found()
        case "not-active":
            raise Refusal(409, "not-active", "该 webhook 未启用", "The webhook is not active")
        case "full":
            raise Refusal(409, "backlog", "等待发送的消息过多", "Too many messages wait for it")
    return JSONResponse({"id": tested.id}, status_code=202)


@router.post(
    "/{id}/rotate",
    summary="Give a webhook a new secret; the old one signs beside it for a while",
    responses={200: {"model": Rotated}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(RotatePosting),
)
async def rotate(services: ServicesDep, row: OwnWebhook, body: JsonBody) -> Response:
    """With `overlap_hours: 0` the old secret ends now. A secret that was on its way out already ends now in any case."""
    wanted = read_model(RotatePosting, body)
    secret = new_secret()
    until = services.clock() + dt.timedelta(hours=wanted.overlap_hours)
    sealed = services.webhooks.seal.close(secret)
    if not await services.webhooks.store.rotate(row.owner, row.id, sealed, until):
        raise not_found()
    return JSONResponse({"secret": secret, "previous_until": until.isoformat()})


@router.post(
    "/{id}/replay",
    status_code=202,
    summary="Send a range of changes once more",
    responses={202: {"model": Replaying}, **refusals(*WRITING, 404, 409)},
    openapi_extra=body_of(ReplayPosting),
)
async def replay(services: ServicesDep, row: OwnWebhook, body: JsonBody) -> Response:
    """By sequence, both ends included; under the ids that they had, so that a receiver knows what it took already."""
    wanted = read_model(ReplayPosting, body)
    oldest, head = await services.changes.bounds()
    if not (wanted.from_ == 1 or oldest <= wanted.from_ <= head):
        raise _unknown_place("from")
    if not wanted.from_ <= wanted.to <= head:
        raise _unknown_place("to")
    match await services.webhooks.store.replay(row.owner, row.id, wanted.from_, wanted.to):
        case "missing":
            raise not_found()
        case "busy":
            raise Refusal(409, "replaying", "上一次重发尚未结束", "The replay before has not ended yet")
    return JSONResponse({"from": wanted.from_, "to": wanted.to}, status_code=202)


@router.get(
    "/{id}/deliveries",
    summary="The delivery log of a webhook",
    responses={200: {"model": DeliveryPage}, **refusals(*READING, 404)},
)
async def deliveries(
    services: ServicesDep,
    caller: Reader,
    row: OwnWebhook,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Attempts, newest first, kept for 30 days."""
    bound_to = bound(caller, "deliveries", str(row.id))
    before = open_cursor(services.cursors, cursor, bound_to)
    if before is not None and not isinstance(before, int):
        raise bad_cursor()
    found = await services.webhooks.log.page(row.id, before=before, limit=limit + 1)
    more = len(found) > limit
    after = services.cursors.sign(found[limit - 1]["id"], bound_to=bound_to) if more else None
    return JSONResponse({"items": [_delivery(each) for each in found[:limit]], "next": after})


async def _check(services: Services, caller: Caller, url: str | None, feed: UUID | None) -> None:
    """Whether a webhook may go to `url` and follow `feed`. Raises 422."""
    errors: list[FieldError] = []
    if url is not None:
        try:
            await services.webhooks.transport.check(url)
        except TargetError as error:
            errors.append(FieldError("url", error.code, error.zh, error.en))
    if feed is not None and await services.feeds.one(caller.scope, feed) is None:
        errors.append(FieldError("feed", "unknown-feed", "没有这个订阅", "you have no such feed"))
    if errors:
        raise unprocessable(errors)


def _unknown_place(field: str) -> Refusal:
    return unprocessable(
        [
            FieldError(
                field, "unknown-place", "该位置已不保留, 或尚未发生", "is no longer kept, or has not come yet"
            )
        ]
    )


def _shown(row: EndpointRow) -> dict[str, Any]:
    disabled = None
    if row.disabled_reason is not None and row.status == "disabled":
        zh, en = DISABLED[row.disabled_reason]
        disabled = {"reason": row.disabled_reason, "zh": zh, "en": en, "at": row.disabled_at}
    shown: dict[str, Any] = jsonable_encoder(
        {
            "id": row.id,
            "url": row.url,
            "events": row.events,
            "feed": row.feed_id,
            "label": row.label,
            "status": row.status,
            "disabled": disabled,
            "position": row.position,
            "pending": row.pending,
            "failing_since": row.failing_since,
            "replaying": row.replay_upto is not None,
            "previous_secret_until": row.previous_until,
            "created_at": row.created_at,
        }
    )
    return shown


def _delivery(found: dict[str, Any]) -> dict[str, Any]:
    code = found["error"]
    error = None
    if code is not None:
        zh, en = ERRORS[code]
        error = {"code": code, "zh": zh, "en": en}
    shown: dict[str, Any] = jsonable_encoder(
        {
            "message": found["message_id"],
            **{name: found[name] for name in ("sequence", "type", "attempt", "at")},
            "delivered": code is None,
            "status": found["status"],
            "error": error,
            **{name: found[name] for name in ("duration_ms", "answer", "next_attempt_at")},
        }
    )
    return shown
