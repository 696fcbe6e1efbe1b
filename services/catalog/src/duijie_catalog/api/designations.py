"""`/designations`: editions of county lists, uploaded and ended by staff, read by the gateway."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from duijie_shared.geography import ListHead, ListProblem, counties, parse_designation_list
from duijie_shared.geography.designation_book import Holds, ListEdition
from duijie_shared.posting import FieldError, PostingError
from duijie_shared.posting.fields import Fields
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Header, Query, Request, Response

from duijie_catalog.api.context import Context
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import File, Small
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.reference import designation_lists
from duijie_catalog.reference.designation_facts import book_of, stored_editions
from duijie_catalog.reference.designation_lists import Change
from duijie_catalog.unit_of_work import UnitOfWork

KeyId = Annotated[UUID | None, Header(alias="x-key-id")]
Title = Annotated[str, Query(max_length=1000)]


def router(context: Context) -> APIRouter:
    """The routes of county lists."""
    routes = APIRouter(prefix="/designations", tags=["designations"])

    @routes.get("/editions")
    def editions(request: Request) -> Response:
        with context.reading(request) as uow:
            rows = stored_editions(uow.session)
            etag = f'"{rows[-1].id if rows else "none"}"'
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers={"ETag": etag})
            items = [
                {"uploaded_at": row.created_at.isoformat(), "by_role": row.by_role, "edition": row.body}
                for row in rows
            ]
        given = answer(200, {"items": items})
        return Response(given.body, headers={"ETag": etag}, media_type="application/json")

    @routes.post("/{code}/editions", status_code=201)
    def upload(
        request: File,
        code: str,
        effective_from: dt.date,
        title_zh: Title = "",
        title_en: Title = "",
        source: Title = "",
        effective_to: dt.date | None = None,
        published_entries: Annotated[int | None, Query(ge=0)] = None,
        holds: Holds = "while_valid",
        key_id: KeyId = None,
        *,
        complete: bool = True,
        dry_run: bool = False,
    ) -> Response:
        for_operator(request.caller)
        head = ListHead(
            code=code,
            title_zh=title_zh,
            title_en=title_en,
            source=source,
            effective_from=effective_from,
            effective_to=effective_to,
            holds=holds,
            complete=complete,
            published_entries=published_entries,
        )
        parsed = parse_designation_list(request.body, head)
        if parsed.edition is None and not dry_run:
            raise PostingError([_as_error(problem) for problem in parsed.problems])
        edition = parsed.edition

        def act(uow: UnitOfWork) -> Answer:
            made = None
            if edition is not None and dry_run:
                made = designation_lists.change(uow.session, edition, context.clock())
            elif edition is not None:
                made = _add(uow, edition, request.caller.role, key_id, context.clock())
            return answer(
                200 if dry_run else 201,
                _changed(code, made, rows=parsed.rows, problems=parsed.problems, stored=not dry_run),
            )

        return context.answer_once(request, act)

    @routes.post("/{code}/end", status_code=201)
    def end(request: Small, code: str, key_id: KeyId = None) -> Response:
        for_operator(request.caller)
        read = Fields(request.fields(), ("on", "source"), "json")
        read.require("on", "source")
        on, source = read.date("on"), read.text("source", longest=500)
        read.finish()
        if on is None or source is None:
            raise AssertionError("a missing field was not refused")

        def act(uow: UnitOfWork) -> Answer:
            try:
                edition = book_of(stored_editions(uow.session)).ending(code, on, source)
            except KeyError as error:
                raise not_found() from error
            made = _add(uow, edition, request.caller.role, key_id, context.clock())
            return answer(201, _changed(code, made, rows=0, problems=(), stored=True))

        return context.answer_once(request, act)

    return routes


def _add(uow: UnitOfWork, edition: ListEdition, role: str, key_id: UUID | None, now: dt.datetime) -> Change:
    return designation_lists.add(uow, edition, by_role=role, by_key=key_id, now=now)


def _changed(
    code: str, made: Change | None, *, rows: int, problems: tuple[ListProblem, ...], stored: bool
) -> dict[str, Any]:
    return {
        "code": code,
        "stored": stored,
        "rows": rows,
        "effective_from": None if made is None else made.on.isoformat(),
        "added": [] if made is None else [_county(each) for each in made.added],
        "ended": [] if made is None else [_county(each) for each in made.ended],
        "kept": 0 if made is None else made.kept,
        "changes_today": 0 if made is None else len(made.now),
        "problems": [_problem(problem) for problem in problems],
    }


def _county(code: str) -> dict[str, str]:
    county = counties().get(code)
    return {"code": code, "name_zh": county.name_zh, "name_en": county.name_en}


def _problem(problem: ListProblem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
        "candidates": list(problem.candidates),
    }


def _as_error(problem: ListProblem) -> FieldError:
    field = problem.column if problem.row is None else f"rows.{problem.row}.{problem.column}"
    return FieldError(field, problem.code, problem.zh, problem.en)
