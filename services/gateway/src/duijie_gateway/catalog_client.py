"""Catalog over internal HTTP: commands and reads of what it owns, on behalf of a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import structlog
from duijie_shared.service.errors import Refusal, unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    from duijie_gateway.domain.access import Caller

RETRY_AFTER_SECONDS = 2
TIMEOUT = httpx.Timeout(30.0, connect=2.0)
FILE_TIMEOUT = httpx.Timeout(300.0, connect=2.0)
"""Until the next piece of a file: a sheet of refused rows is made whole before its first byte goes out."""

log = structlog.get_logger()


def open_catalog(url: str, token: str) -> httpx.AsyncClient:
    """The connection pool to catalog. Proxies of the environment do not apply to a neighbour."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        trust_env=False,
    )


class CatalogClient:
    """Sends requests on and tells a catalog that is away (503) from one that is broken (502)."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def send(
        self,
        method: str,
        path: str,
        caller: Caller,
        *,
        correlation_id: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
    ) -> httpx.Response:
        """Catalog's answer, whatever its status below 500.

        Raises
        ------
        Refusal
            503 with Retry-After while catalog cannot be reached or says so itself, 502 when it fails.
        """
        request = self._http.build_request(
            method,
            path,
            params=dict(params or {}),
            headers=_named(caller, correlation_id) | dict(headers or {}),
            content=content,
        )
        return await self._answered(request)

    async def stream(
        self, path: str, caller: Caller, *, correlation_id: str, params: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Catalog's answer to a GET, its body still to be read; whoever takes it closes it. Refusals as `send`."""
        request = self._http.build_request(
            "GET",
            path,
            params=dict(params or {}),
            headers=_named(caller, correlation_id),
            timeout=FILE_TIMEOUT,
        )
        return await self._answered(request, stream=True)

    async def _answered(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        path = request.url.path
        try:
            response = await self._http.send(request, stream=stream)
        except httpx.TransportError as error:
            log.warning("catalog is away", error=repr(error), path=path)
            raise unavailable(RETRY_AFTER_SECONDS) from error
        if response.status_code < 500 and response.status_code != 401:
            return response
        await response.aclose()
        if response.status_code == 503:
            raise unavailable(RETRY_AFTER_SECONDS)
        log.error("catalog failed", status=response.status_code, path=path)
        raise Refusal(502, "upstream", "内部服务出错, 已记录", "An internal service failed; it was recorded")

    async def get_json(
        self,
        path: str,
        caller: Caller,
        *,
        correlation_id: str,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of a GET that must succeed; None for 404."""
        response = await self.send("GET", path, caller, correlation_id=correlation_id, params=params)
        if response.status_code == 404:
            return None
        response.raise_for_status()
        return response.json()


def _named(caller: Caller, correlation_id: str) -> dict[str, str]:
    """The headers that say on whose behalf; a label may be Chinese, so it goes percent-encoded."""
    named = {
        "X-Correlation-Id": correlation_id,
        "X-Role": caller.role,
        "X-Key-Id": str(caller.key_id),
        "X-Party-Id": str(caller.party_id or ""),
        "X-County": caller.county or "",
        "X-Label": quote(caller.label, safe=""),
    }
    return {name: value for name, value in named.items() if value}
