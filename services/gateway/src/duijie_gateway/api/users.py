"""Users: staff and admins who log in by name and password; made, listed, given new passwords and removed by admins."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import uuid4

from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable
from fastapi import APIRouter, Depends, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from duijie_gateway.access_tables import UserRow
from duijie_gateway.api.deps import JsonBody, ObjectId, ServicesDep, allowed
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.keys import is_area
from duijie_gateway.api.schemas.access import UserPage, UserPassword, UserPosting, UserShown
from duijie_gateway.domain.access import Caller
from duijie_gateway.domain.keys import digest, new_key
from duijie_gateway.domain.passwords import LENGTH_FAULT, fault_of, folded, is_name
from duijie_gateway.repository.users import User
from duijie_gateway.tables import KeyRow

router = APIRouter(prefix="/v1/users", tags=["users"])

UserManager = Annotated[Caller, Depends(allowed("manage_keys"))]


@router.post(
    "",
    status_code=201,
    summary="Make a user",
    responses={201: {"model": UserShown}, **refusals(*WRITING, 409)},
    openapi_extra=body_of(UserPosting),
)
async def create(services: ServicesDep, _caller: UserManager, body: JsonBody) -> Response:
    """Letters of the name are kept without case. No answer and no log repeats the password."""
    wanted = read_user(body)
    now = services.clock()
    key = KeyRow(
        id=uuid4(),
        # Nobody is told this key's secret: the row stands for the user's rights alone.
        sha256=digest(new_key()),
        role=wanted.role,
        county=wanted.county,
        label=wanted.name,
        created_at=now,
    )
    user = UserRow(
        id=uuid4(),
        name=wanted.name,
        hash=await services.passwords.hash(wanted.password),
        key_id=key.id,
        created_at=now,
        changed_at=now,
    )
    if not await services.users.create(user, key):
        raise Refusal(409, "name-taken", "该名称已被使用", "There is a user of this name")
    made = User(user.id, user.name, key.id, key.role, key.county, now, now)
    return JSONResponse(_shown(made), status_code=201)


@router.get("", summary="All users", responses={200: {"model": UserPage}, **refusals(*READING)})
async def page(services: ServicesDep, _caller: UserManager) -> Response:
    """By name."""
    return JSONResponse({"items": [_shown(user) for user in await services.users.all()], "next": None})


@router.patch(
    "/{id}",
    summary="Give a user another password",
    responses={200: {"model": UserShown}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(UserPassword),
)
async def set_password(
    services: ServicesDep, _caller: UserManager, id_: ObjectId, body: JsonBody
) -> Response:
    """Ends all the user's sessions, with their open streams within seconds."""
    try:
        wanted = UserPassword.model_validate_json(body)
    except ValidationError as error:
        raise unprocessable(_faults(error)) from None
    user = await services.users.one(id_)
    if user is None:
        raise not_found()
    if fault := fault_of(wanted.password, user.name):
        raise unprocessable([FieldError("password", *fault)])
    now = services.clock()
    if not await services.users.set_hash(id_, await services.passwords.hash(wanted.password), now):
        raise not_found()
    return JSONResponse(_shown(replace(user, changed_at=now)))


@router.delete("/{id}", status_code=204, summary="Remove a user", responses=refusals(*READING, 404))
async def remove(services: ServicesDep, _caller: UserManager, id_: ObjectId) -> Response:
    """Revokes the key behind the user and ends all sessions; the audit keeps that key's id."""
    if not await services.users.remove(id_, services.clock()):
        raise not_found()
    return Response(status_code=204)


def read_user(body: bytes) -> UserPosting:
    """What is wanted, the name folded. Raises 422 naming each field."""
    try:
        wanted = UserPosting.model_validate_json(body)
    except ValidationError as error:
        raise unprocessable(_faults(error)) from None
    name = folded(wanted.name)
    errors: list[FieldError] = []
    if not is_name(name):
        errors.append(
            FieldError(
                "name",
                "malformed",
                "名称须为 1 至 64 个字母、汉字、数字或 . @ + - _",
                "a name has 1 to 64 letters, digits, or . @ + - _",
            )
        )
    if wanted.county is not None and not is_area(wanted.county):
        errors.append(
            FieldError(
                "county",
                "unknown-county",
                f"没有行政区划代码 {wanted.county}",
                f"there is no area {wanted.county!r}",
            )
        )
    if fault := fault_of(wanted.password, name):
        errors.append(FieldError("password", *fault))
    if errors:
        raise unprocessable(errors)
    return wanted.model_copy(update={"name": name})


def _faults(error: ValidationError) -> list[FieldError]:
    """Each field without what was sent in it: it may well be a password."""
    return [
        _fault(str(e["loc"][0]) if e["loc"] else "body", e["type"], e["msg"])
        for e in error.errors(include_input=False)
    ]


def _fault(field: str, kind: str, said: str) -> FieldError:
    if field == "password" and kind in {"string_too_short", "string_too_long"}:
        return FieldError(field, *LENGTH_FAULT)
    return FieldError(field, "malformed", f"无法接受: {said}", said)


def _shown(user: User) -> dict[str, object]:
    shown: dict[str, object] = jsonable_encoder(user)
    return shown
