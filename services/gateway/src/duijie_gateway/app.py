"""The application: every route, every refusal rendered, the edge around it all."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
import structlog
from duijie_shared.service.errors import Refusal, unavailable
from duijie_shared.service.web import install_problem_handlers, probe_router, problem
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from duijie_gateway.api import (
    attestations,
    audit,
    consents,
    constraints,
    contracts,
    deals,
    decisions,
    designations,
    dfc,
    disclosure,
    exports,
    feed_syndication,
    feeds,
    flags,
    fulfilment,
    grade_reviews,
    grade_schemes,
    imports,
    keys,
    listings,
    matches,
    notices,
    parties,
    plans,
    policy,
    reference,
    session,
    standing,
    templates,
    users,
    verification,
    webhooks,
)
from duijie_gateway.api.auditing import Audited
from duijie_gateway.api.described import say_problem
from duijie_gateway.api.edge import AddressLimit, BodyLimit, Edge
from duijie_gateway.api.postings import KINDS, posting_router
from duijie_gateway.api.webhook_events import webhooks_described
from duijie_gateway.pages import docs as docs_page
from duijie_gateway.pages import router as pages
from duijie_gateway.pages.templates import page_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.types import ASGIApp

    from duijie_gateway.api.deps import Services

log = structlog.get_logger()

DESCRIPTION = """The public door of Duijie: post supply, demand and capacity, read who should trade with whom and why.

Quantities and prices are JSON numbers; orders answer in the unit they were posted in, matches and plans in the
product's pricing unit. Refusals are `application/problem+json` with reasons in Chinese and English."""


class DescribedApp(FastAPI):
    """FastAPI whose description says of refusals what they are."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = say_problem(super().openapi())
            self.openapi_schema = {**document, "webhooks": webhooks_described()}
        return self.openapi_schema


def create_app(services: Services, *, on_hub_failure: Callable[[], None]) -> FastAPI:
    """The FastAPI application. `on_hub_failure` ends the process when the feed's follower breaks."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        follower = asyncio.create_task(services.hub.run(), name="feed")
        follower.add_done_callback(lambda task: _ended(task, on_hub_failure))
        yield
        follower.cancel()
        await asyncio.gather(follower, return_exceptions=True)

    app = DescribedApp(
        title="Duijie",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: f"{route.tags[0] if route.tags else 'page'}_{route.name}",
    )
    app.state.services = services
    install_problem_handlers(app)
    _install_pages_handlers(app)
    for kind in KINDS:
        app.include_router(posting_router(kind))
    for part in (
        standing,
        matches,
        decisions,
        deals,
        fulfilment,
        constraints,
        listings,
        notices,
        feeds,
        feed_syndication,
        webhooks,
        plans,
        parties,
        verification,
        attestations,
        consents,
        disclosure,
        imports,
        exports,
        templates,
        keys,
        users,
        session,
        audit,
        reference,
        policy,
        designations,
        grade_schemes,
        grade_reviews,
        flags,
        contracts,
        docs_page,
    ):
        app.include_router(part.router)
    app.include_router(dfc.router)
    app.include_router(dfc.namespace_router)
    app.include_router(pages.router)
    app.include_router(probe_router(lambda: _ready(services)))
    app.mount("/static", StaticFiles(packages=[("duijie_gateway.pages", "static")]), name="static")
    return app


def with_edge(app: FastAPI, services: Services) -> ASGIApp:
    """The application behind its edge: this is what is served."""
    return Edge(AddressLimit(BodyLimit(Audited(app, services.audit, services.clock)), services.limiter))


def _ended(task: asyncio.Task[None], on_failure: Callable[[], None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the feed's follower broke", exc_info=error)
        on_failure()


async def _ready(services: Services) -> dict[str, object]:
    return {"ready": services.hub.listening, "streams": services.hub.streams}


def _install_pages_handlers(app: FastAPI) -> None:
    async def log_in_first(_request: Request, _error: Exception) -> Response:
        return RedirectResponse("/login", status_code=303)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for this class alone
        return _refusal_page(request, error) if _is_page(request) else problem(error)

    plain = cast("Callable[[Request, Exception], Awaitable[Response]]", app.exception_handlers[HTTPException])

    async def no_address(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if _is_page(request) and error.status_code == 404:
            return _refusal_page(request, Refusal(404, "not-found", "没有这个页面", "There is no such page"))
        return await plain(request, error)

    async def database_away(request: Request, error: Exception) -> Response:
        log.error("the database is away", error=repr(error))
        return await refused(request, unavailable())

    app.add_exception_handler(pages.LogInFirstError, log_in_first)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, no_address)
    for away in (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError):
        app.add_exception_handler(away, database_away)


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")


def _refusal_page(request: Request, error: Refusal) -> Response:
    page = page_of(request, request.query_params.get("lang"))
    lines = [page.text.pick(found.zh, found.en) for found in error.errors]
    response = page.render(
        "error.html",
        status=error.status,
        code=error.status,
        title=page.text.pick(error.zh, error.en),
        lines=lines,
        caller=None,
        csrf="",
    )
    response.headers.update(error.headers)
    return response
