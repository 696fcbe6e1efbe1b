"""The FastAPI application."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import anyio.to_thread
import structlog
from duijie_shared.posting import PostingError
from duijie_shared.service.errors import Refusal, unavailable, unprocessable
from duijie_shared.service.web import install_problem_handlers, probe_router, problem
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy import exc, text

from duijie_catalog.api import (
    attestations,
    consents,
    constraints,
    deals,
    decisions,
    designations,
    disclosure,
    erasures,
    exports,
    flags,
    fulfilment,
    imports,
    operations,
    parties,
    policy,
    postings,
    reference,
    standing,
    verification,
)
from duijie_catalog.api.tracing import Tracing
from duijie_catalog.bulk import LostRaceError
from duijie_catalog.domain.errors import ClosedError, StaleVersionError
from duijie_catalog.reference import grade_reviews

if TYPE_CHECKING:
    from duijie_shared.posting.errors import UnknownGrade

    from duijie_catalog.api.context import Context

log = structlog.get_logger()


def create_app(context: Context, token: str) -> FastAPI:
    """The API over `context`; every route but the probes asks for `Authorization: Bearer <token>`."""
    app = FastAPI(title="Duijie catalog (internal)", docs_url=None, redoc_url=None)
    _install_refusals(app, context)

    async def authorised(request: Request) -> None:  # sync ones cost a change of threads each
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise Refusal(
                401,
                "unauthorised",
                "缺少或错误的内部令牌",
                "The internal token is missing or wrong",
                headers={"WWW-Authenticate": "Bearer"},
            )

    guarded = APIRouter(dependencies=[Depends(authorised)])
    parts = (
        postings,
        parties,
        verification,
        attestations,
        consents,
        deals,
        disclosure,
        erasures,
        exports,
        imports,
    )
    for part in (*parts, operations):
        guarded.include_router(part.router(context))
    for part in (designations, reference, standing, flags, policy, constraints, decisions, fulfilment):
        guarded.include_router(part.router(context))
    app.include_router(guarded)

    def database_answers() -> dict[str, object]:
        try:
            with context.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except exc.DBAPIError:
            return {"ready": False, "database": False}
        return {"ready": True, "database": True}

    async def ready() -> dict[str, object]:
        return await anyio.to_thread.run_sync(database_answers)

    app.include_router(probe_router(ready))

    app.add_middleware(Tracing)
    return app


def _install_refusals(app: FastAPI, context: Context) -> None:
    install_problem_handlers(app)

    @app.exception_handler(PostingError)
    async def posting(_request: Request, error: PostingError) -> Response:
        if error.unknown_grade is not None:
            await anyio.to_thread.run_sync(note_grade, error.unknown_grade)
        return problem(unprocessable(error.errors))

    def note_grade(unknown: UnknownGrade) -> None:
        try:
            grade_reviews.note(context.engine, [unknown], context.clock())
        except (exc.OperationalError, exc.TimeoutError) as error:
            # The posting was refused rightly; the next one like it is counted again.
            log.warning("grade not noted for review", error=str(error))

    @app.exception_handler(ClosedError)
    async def closed(_request: Request, error: ClosedError) -> Response:
        return problem(Refusal(409, "closed", error.zh, error.en))

    @app.exception_handler(StaleVersionError)
    async def stale(_request: Request, error: StaleVersionError) -> Response:
        return problem(
            Refusal(
                412,
                "stale-version",
                f"已有更新的版本 {error.current}",
                f"Version {error.current} stands now",
                headers={"ETag": f'"{error.current}"'},
            )
        )

    @app.exception_handler(LostRaceError)
    async def lost(_request: Request, _error: LostRaceError) -> Response:
        return problem(Refusal(409, "lost-race", "另一请求抢先一步", "Another request came first"))

    # Both mean that no connection was to be had or that one broke: nothing was stored, so try again.
    @app.exception_handler(exc.OperationalError)
    @app.exception_handler(exc.TimeoutError)
    async def away(_request: Request, error: Exception) -> Response:
        log.warning("database away", error=str(error))
        return problem(unavailable(2))
