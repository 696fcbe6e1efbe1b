"""`/imports`: a file goes in, a job comes out."""

from __future__ import annotations

from typing import Annotated, Any

from duijie_shared.posting.files import FileKind, check_header
from duijie_shared.service.errors import not_found
from duijie_shared.sheets.delivery import XLSX
from fastapi import APIRouter, Query, Request, Response

from duijie_catalog.api import answers
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, File, Limit, ObjectId
from duijie_catalog.files import import_sheet, imports
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import party_access
from duijie_catalog.unit_of_work import UnitOfWork

SHOWN_ERRORS = 1_000
"""Refused cells in an import's report; the sheet has more."""


def router(context: Context) -> APIRouter:
    """The routes of imports."""
    routes = APIRouter(prefix="/imports", tags=["imports"])

    @routes.post("", status_code=202)
    def submit(
        request: File,
        kind: FileKind,
        filename: Annotated[str | None, Query(max_length=200)] = None,
        *,
        dry_run: bool = False,
        atomic: bool = False,
    ) -> Response:
        for_operator(request.caller)
        if kind == "parties":
            party_access.for_platform(request.caller)
        # The header alone: to read a large file through takes the worker seconds that a request does not have.
        check_header(request.body, kind)

        def act(uow: UnitOfWork) -> Answer:
            job = imports.submit(
                uow,
                imports.Submission(kind, request.body, filename, dry_run, atomic),
                context.clock(),
            )
            return answer(202, answers.import_report(job, [], 0), {"Location": f"/imports/{job.id}"})

        return context.answer_once(request, act)

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        for_operator(caller)
        before = None if cursor is None else after_of(cursor)
        with context.reading(request) as uow:
            return page(imports.newest(uow, before=before, limit=limit + 1), limit, answers.import_)

    @routes.get("/{id}")
    def read(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
    ) -> dict[str, Any]:
        for_operator(caller)
        with context.reading(request) as uow:
            job = imports.job(uow, id)
            if job is None:
                raise not_found()
            return answers.import_report(job, *imports.errors_of(uow, id, SHOWN_ERRORS))

    @routes.get("/{id}/errors")
    def errors(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
    ) -> Response:
        for_operator(caller)
        with context.reading(request) as uow:
            refused = import_sheet.refused(uow, id)
        return Response(refused.sheet(), media_type=XLSX)

    return routes
