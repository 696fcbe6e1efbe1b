"""The FastAPI side of refusals and probes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from duijie_shared.service.errors import FieldError, Refusal, unprocessable

PROBLEM = "application/problem+json"
Ready = Callable[[], Awaitable[dict[str, object]]]


class ProblemResponse(JSONResponse):
    """A problem document (RFC 9457)."""

    media_type = PROBLEM


def problem(refusal: Refusal) -> ProblemResponse:
    """The response of a refusal."""
    return ProblemResponse(refusal.body(), status_code=refusal.status, headers=refusal.headers)


def install_problem_handlers(app: FastAPI) -> None:
    """Render refusals, FastAPI's own validation errors and unknown routes alike. Bugs stay 500 and are logged."""

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for this class alone
        return problem(error)

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        fields = [
            FieldError(
                ".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]),
                "malformed",
                f"无法接受: {e['msg']}",
                e["msg"],
            )
            for e in error.errors()
        ]
        return problem(unprocessable(fields))

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        known = {
            404: ("not-found", "没有这个地址", "There is no such address"),
            405: ("method-not-allowed", "不支持这种请求方法", "This method is not supported here"),
        }
        code, zh, en = known.get(error.status_code, ("refused", "请求被拒绝", str(error.detail)))
        return problem(Refusal(error.status_code, code, zh, en, headers=dict(error.headers or {})))

    async def broken(_request: Request, _error: Exception) -> Response:
        return problem(
            Refusal(500, "internal", "内部错误, 已记录", "An internal error; it has been recorded")
        )

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, broken)


def probe_router(ready: Ready) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`. `ready` returns details with at least `ready: bool`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> Response:
        details = await ready()
        return JSONResponse(details, status_code=200 if details["ready"] else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
