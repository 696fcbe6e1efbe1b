"""Notices to people: channels made, confirmed, changed by their owner. Another owner's is 404."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from duijie_shared.service.errors import Refusal, not_found, unprocessable
from fastapi import APIRouter, Depends, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from duijie_gateway.api.bodies import read_model
from duijie_gateway.api.cursors import DEFAULT_LIMIT, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.notices import (
    CodePosting,
    NoticeDelivery,
    NoticeDeliveryPage,
    NoticePage,
    NoticePatch,
    NoticePosting,
    NoticeShown,
)
from duijie_gateway.domain.notices import Message
from duijie_gateway.notice_tables import NoticeChannelRow, NoticeRow
from duijie_gateway.notices.addresses import CONFIRMED, AddressError, hint
from duijie_gateway.notices.store import digest, new_code

router = APIRouter(prefix="/v1/notices", tags=["notices"])
TEST = Message("产销对接: 测试通知 · Duijie: test", "渠道可用。This channel works.")


async def own_channel(services: ServicesDep, caller: Reader, id_: ObjectId) -> NoticeChannelRow:
    """The caller's channel of this id, else 404."""
    row = await services.notices.store.one(caller.scope.key(), id_)
    if row is None:
        raise not_found()
    return row


OwnChannel = Annotated[NoticeChannelRow, Depends(own_channel)]


@router.post(
    "",
    status_code=201,
    summary="Be told of matches, holds, deadlines and deals by e-mail, text message or a group's robot",
    responses={201: {"model": NoticeShown}, **refusals(*WRITING, 409)},
    openapi_extra=body_of(NoticePosting),
)
async def create(services: ServicesDep, caller: Reader, body: JsonBody) -> Response:
    """It begins with what comes from now on. An e-mail address or a number is sent a code first: until that came back by
    `/confirm` it is told nothing.
    """
    posting = read_model(NoticePosting, body)
    try:
        services.notices.gateways.check(posting.channel, posting.to)
    except AddressError as error:
        raise unprocessable([error.field]) from None
    id_, now, code = uuid4(), services.clock(), new_code()
    confirmed = posting.channel not in CONFIRMED
    if not confirmed:
        await _spend(services, caller.scope.key())
    row = NoticeChannelRow(
        id=id_,
        owner=caller.scope.key(),
        key_id=caller.key_id,
        party_id=caller.scope.party,
        area=caller.scope.area,
        exact=caller.operator,
        channel=posting.channel,
        target=services.notices.seal.close(posting.to),
        hint=hint(posting.to),
        language=posting.language,
        kinds=sorted(set(posting.kinds)),
        every_minutes=posting.every_minutes,
        status="active" if confirmed else "unconfirmed",
        code_sha256=None if confirmed else digest(id_, code),
        position=0,
        due_at=now,
        created_at=now,
    )
    message = None if confirmed else _code_message(code)
    if not await services.notices.store.create(row, message, most=services.notices.most):
        most = services.notices.most
        raise Refusal(
            409, "too-many-channels", f"最多 {most} 个通知渠道", f"No more than {most} channels are kept"
        )
    return JSONResponse(_shown(row), status_code=201, headers={"Location": f"/v1/notices/{id_}"})


@router.get("", summary="Your channels", responses={200: {"model": NoticePage}, **refusals(*READING)})
async def page(services: ServicesDep, caller: Reader) -> Response:
    """Newest first."""
    rows = await services.notices.store.all(caller.scope.key())
    return JSONResponse({"items": [_shown(row) for row in rows], "next": None})


@router.get("/{id}", summary="A channel", responses={200: {"model": NoticeShown}, **refusals(*READING, 404)})
async def one(row: OwnChannel) -> Response:
    """What it is told, and when again."""
    return JSONResponse(_shown(row))


@router.patch(
    "/{id}",
    summary="Pause or resume a channel, change what it is told and how often",
    responses={200: {"model": NoticeShown}, **refusals(*WRITING, 404, 409)},
    openapi_extra=body_of(NoticePatch),
)
async def change(services: ServicesDep, caller: Reader, row: OwnChannel, body: JsonBody) -> Response:
    """What was made already goes out as it is."""
    patch = read_model(NoticePatch, body)
    given: dict[str, Any] = {
        name: value for name in patch.model_fields_set if (value := getattr(patch, name)) is not None
    }
    if "status" in given and row.status == "unconfirmed":
        raise _unconfirmed()
    if "kinds" in given:
        given["kinds"] = sorted(set(given["kinds"]))
    if not await services.notices.store.change(row.owner, row.id, given):
        raise not_found()
    return JSONResponse(_shown(await own_channel(services, caller, row.id)))


@router.delete(
    "/{id}", status_code=204, summary="Delete a channel and its log", responses=refusals(*READING, 404)
)
async def delete(services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """A message that is under way may still arrive."""
    if not await services.notices.store.delete(caller.scope.key(), id_):
        raise not_found()
    return Response(status_code=204)


@router.post(
    "/{id}/confirm",
    summary="Give back the code that was sent to a channel",
    responses={200: {"model": NoticeShown}, **refusals(*WRITING, 404, 409)},
    openapi_extra=body_of(CodePosting),
)
async def confirm(services: ServicesDep, caller: Reader, row: OwnChannel, body: JsonBody) -> Response:
    """After five wrong ones the channel must be made anew (409 `code-spent`)."""
    posted = read_model(CodePosting, body)
    match await services.notices.store.confirm(row.owner, row.id, posted.code):
        case "missing":
            raise not_found()
        case "wrong":
            raise Refusal(409, "wrong-code", "验证码不正确", "That is not the code")
        case "spent":
            raise Refusal(
                409,
                "code-spent",
                "错误次数过多, 请重新添加该渠道",
                "Too many wrong codes; make the channel anew",
            )
    return JSONResponse(_shown(await own_channel(services, caller, row.id)))


@router.post(
    "/{id}/test",
    status_code=202,
    summary="Send a test message",
    responses={202: {"model": NoticeShown}, **refusals(*READING, 404, 409)},
)
async def test(services: ServicesDep, row: OwnChannel) -> Response:
    """The delivery log shows what came of it; the next message waits its time from then."""
    if row.status == "unconfirmed":
        raise _unconfirmed()
    if row.status == "paused":
        raise Refusal(409, "not-active", "该渠道已暂停", "The channel is paused")
    await _spend(services, row.owner)
    await services.notices.store.put(row.id, TEST, services.clock())
    return JSONResponse(_shown(row), status_code=202)


@router.get(
    "/{id}/deliveries",
    summary="The delivery log of a channel",
    responses={200: {"model": NoticeDeliveryPage}, **refusals(*READING, 404)},
)
async def deliveries(services: ServicesDep, row: OwnChannel, limit: Limit = DEFAULT_LIMIT) -> Response:
    """The newest first; what a message said is not kept once it has gone out."""
    found = await services.notices.store.log(row.id, limit=limit)
    return JSONResponse({"items": [_delivery(each) for each in found], "next": None})


async def _spend(services: ServicesDep, owner: str) -> None:
    if not await services.limiter.admits_message(owner):
        raise Refusal(
            429,
            "too-many-messages",
            "今日验证与测试消息已达上限",
            "No more codes and tests for today",
            headers={"Retry-After": "86400"},
        )


def _unconfirmed() -> Refusal:
    return Refusal(409, "unconfirmed", "请先确认收到的验证码", "Confirm the code that was sent there first")


def _code_message(code: str) -> Message:
    text = (
        f"验证码 {code}。在产销对接中填入后, 此处将收到通知。如非本人操作请忽略。\n"
        f"Your code is {code}. Once it is entered, notices come here. If you asked for none, ignore this."
    )
    return Message("产销对接: 验证码 · Duijie: your code", text)


def _shown(row: NoticeChannelRow) -> dict[str, Any]:
    shown: dict[str, Any] = jsonable_encoder(
        {
            "id": row.id,
            "channel": row.channel,
            "to": row.hint,
            "language": row.language,
            "kinds": row.kinds,
            "every_minutes": row.every_minutes,
            "status": row.status,
            "waiting": len(row.waiting),
            "next_at": row.due_at,
            "created_at": row.created_at,
        }
    )
    return shown


def _delivery(row: NoticeRow) -> dict[str, Any]:
    shown: dict[str, Any] = jsonable_encoder(
        {name: getattr(row, name) for name in NoticeDelivery.model_fields}
    )
    return shown
