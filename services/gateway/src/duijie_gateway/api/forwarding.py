"""Passing on to catalog what it owns: the one way in which a route commands it, reads it and pages through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from duijie_shared.geography import counties
from duijie_shared.service.errors import not_found
from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import bound, open_cursor
from duijie_gateway.api.deps import Services, ServicesDep, correlation_id_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Mapping

    import httpx

    from duijie_gateway.domain.access import Caller

_PASSED_ON = ("if-match", "if-none-match", "idempotency-key", "content-type")
_PASSED_BACK = ("etag", "retry-after", "content-disposition")


@dataclass(frozen=True)
class Forwarding:
    """One request on its way to catalog. Refusals as `CatalogClient.send`."""

    request: Request
    services: Services

    async def send(
        self,
        caller: Caller,
        path: str,
        *,
        body: bytes | AsyncIterable[bytes] | None = None,
        params: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """Catalog's answer to the same method and conditions at its own `path`; parameters that are None are left out."""
        given = self.request.headers
        return await self.services.catalog.send(
            self.request.method,
            path,
            caller,
            correlation_id=correlation_id_of(self.request),
            params={name: value for name, value in (params or {}).items() if value is not None},
            headers={name: value for name in _PASSED_ON if (value := given.get(name)) is not None},
            content=body,
        )

    async def answer(
        self,
        caller: Caller,
        path: str,
        *,
        body: bytes | AsyncIterable[bytes] | None = None,
        params: Mapping[str, str | None] | None = None,
    ) -> Response:
        """Catalog's answer as the public one."""
        return answered(await self.send(caller, path, body=body, params=params))

    async def seen(self, caller: Caller, path: str, may_see: Callable[[dict[str, Any]], bool]) -> Response:
        """Catalog's answer to a read, where `may_see` its object; 404 otherwise, as for one that is not there."""
        response = await self.send(caller, path)
        if response.status_code == 200 and not may_see(response.json()):
            raise not_found()
        return answered(response)

    async def page(
        self,
        caller: Caller,
        path: str,
        *,
        limit: int,
        cursor: str | None,
        filters: Mapping[str, str | None] | None = None,
        may_see: Callable[[dict[str, Any]], bool] = lambda _item: True,
    ) -> Response:
        """A page of catalog's list. Its cursor is signed, for this caller's data, this list and these filters alone."""
        chosen = {name: value for name, value in (filters or {}).items() if value is not None}
        bound_to = bound(caller, path, *(f"{name}={value}" for name, value in sorted(chosen.items())))
        inner = open_cursor(self.services.cursors, cursor, bound_to)
        place = inner if isinstance(inner, str) else None
        response = await self.send(caller, path, params={**chosen, "limit": str(limit), "cursor": place})
        if response.status_code != 200:
            return answered(response)
        listed: dict[str, Any] = response.json()
        following = listed["next"] and self.services.cursors.sign(listed["next"], bound_to=bound_to)
        return JSONResponse(
            listed | {"items": [item for item in listed["items"] if may_see(item)], "next": following}
        )


def _forwarding(request: Request, services: ServicesDep) -> Forwarding:
    return Forwarding(request, services)


ForwardingDep = Annotated[Forwarding, Depends(_forwarding)]


def answered(response: httpx.Response) -> Response:
    """An answer of catalog's as the public one: its body as it came, its address with the public prefix."""
    headers = {name: value for name in _PASSED_BACK if (value := response.headers.get(name)) is not None}
    if location := response.headers.get("location"):
        headers["Location"] = "/v1" + location.removeprefix("/orders")
    return Response(
        response.content,
        status_code=response.status_code,
        headers=headers,
        media_type=response.headers.get("content-type"),
    )


def within(caller: Caller, *codes: object) -> bool:
    """Whether one of these counties lies in the area of staff who have one; catalog knows parties, not areas."""
    area = caller.scope.area
    if area is None:
        return True
    found = (counties().resolve(str(code)).code for code in codes if code)
    return any(code is not None and code.startswith(area) for code in found)
