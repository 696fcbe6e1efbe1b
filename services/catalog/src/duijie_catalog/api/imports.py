"""`/imports`: a file goes in, a job comes out."""

from __future__ import annotations

from typing import Annotated, Any

from duijie_shared.posting.files import FileKind
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Query, Request, Response

from duijie_catalog import imports
from duijie_catalog.api import answers
from duijie_catalog.api.context import Context
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import CallerOf, File, ObjectId
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work


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
        # Read through before the transaction: a file that cannot be read is refused whole, here and now.
        rows_total = imports.check(request.body, kind)

        def act(uow: UnitOfWork) -> Answer:
            job = imports.submit(
                uow,
                imports.Submission(kind, request.body, rows_total, filename, dry_run, atomic),
                context.clock(),
            )
            return answer(202, answers.import_(job, []), {"Location": f"/imports/{job.id}"})

        return context.answer_once(request, act)

    @routes.get("/{id}")
    def read(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
    ) -> dict[str, Any]:
        for_operator(caller)
        with unit_of_work(context.engine, request.state.correlation_id) as uow:
            job = imports.job(uow, id)
            if job is None:
                raise not_found()
            return answers.import_(job, imports.errors_of(uow, id))

    return routes
