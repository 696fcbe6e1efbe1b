"""`/policy`: the policy in force, its versions, and its change by staff."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from duijie_shared.policy_files import PolicyFileError, policy_of, policy_of_toml
from duijie_shared.policy_knobs import changes
from duijie_shared.posting import FieldError, PostingError
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Header, Path, Query, Request, Response

from duijie_catalog import policies
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Command, Cursor, Limit, Small
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.reference.designation_facts import book_of, stored_editions
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_shared.events.policy import Policy

    from duijie_catalog.handlers import Caller
    from duijie_catalog.policies import Version

LONGEST_REASON = 2000
TOML = "application/toml"

ContentType = Annotated[str, Header(alias="content-type")]
Reason = Annotated[str | None, Query()]


def router(context: Context) -> APIRouter:
    """The routes of the policy."""
    routes = APIRouter(prefix="/policy", tags=["policy"])

    @routes.get("")
    def current(request: Request) -> dict[str, Any]:
        with context.reading(request) as uow:
            return policies.current(uow).model_dump(mode="json")

    @routes.get("/history")
    def history(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        before = after_of(cursor) or None
        with context.reading(request) as uow:
            found = policies.versions(uow, before, limit + 1)
            return page(found, limit, lambda each: _shown(each, caller), lambda each: each.row.version)

    @routes.get("/versions/{version}")
    def one(
        request: Request, caller: CallerOf, version: Annotated[int, Path(ge=1, lt=2**31 - 1)]
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = policies.versions(uow, version + 1, 1)
            if not found or found[0].row.version != version:
                raise not_found()
            return {**_shown(found[0], caller), "policy": found[0].policy.model_dump(mode="json")}

    @routes.post("/check")
    def check(request: Small, content_type: ContentType = "", reason: Reason = None) -> Response:
        for_operator(request.caller)

        def act(uow: UnitOfWork) -> Answer:
            old, errors = policies.current(uow), list[FieldError]()
            new = old
            try:
                new = _wanted(uow, request, content_type, reason)[0]
            except PolicyFileError as refused:
                errors += refused.errors
            differing = [asdict(each) for each in changes(old, new)]
            return answer(
                200,
                {
                    "version": old.version,
                    "changes": differing,
                    "errors": [asdict(each) for each in errors],
                },
            )

        return context.answer_once(request, act)

    @routes.put("")
    def put(request: Small, content_type: ContentType = "", reason: Reason = None) -> Response:
        for_operator(request.caller)
        expected = request.expected_version()

        def act(uow: UnitOfWork) -> Answer:
            old = policies.locked(uow, expected)
            try:
                wanted, why = _wanted(uow, request, content_type, reason)
            except PolicyFileError as refused:
                raise PostingError(refused.errors) from refused
            new = policies.replace(uow, old, wanted, request.caller, _reason(why), context.clock())
            body = {
                "version": new.version,
                "changes": [asdict(each) for each in changes(old, new)],
                "policy": new.model_dump(mode="json"),
            }
            return answer(200, body, {"ETag": f'"{new.version}"'})

        return context.answer_once(request, act)

    return routes


def _wanted(
    uow: UnitOfWork, request: Command, content_type: str, reason: str | None
) -> tuple[Policy, object]:
    """The policy in the body, and the reason beside it."""
    lists = book_of(stored_editions(uow.session)).codes()
    if content_type.partition(";")[0].strip().lower() == TOML:
        return policy_of_toml(request.body, lists), reason
    fields = request.fields()
    why = fields.pop("reason", reason)
    return policy_of(fields, lists), why


def _reason(given: object) -> str:
    read = Fields({} if given is None else {"reason": given}, ("reason",), "json")
    read.require("reason")
    found = read.text("reason", longest=LONGEST_REASON, lines=True)
    read.finish()
    if found is None:
        raise AssertionError("a missing reason was not refused")
    return found


def _shown(of: Version, caller: Caller) -> dict[str, Any]:
    """A version as history tells it; whose key it was is for the operator."""
    operator, row = caller.party_id is None, of.row
    by = {
        "role": row.by_role,
        "label": row.by_label if operator else None,
        "key": str(row.by_key) if operator and row.by_key else None,
    }
    return {
        "version": row.version,
        "at": row.created_at.isoformat(),
        "by": by if row.by_role else None,
        "reason": row.reason,
        "changes": [asdict(each) for each in of.changes],
    }
