"""The absolute address that the gateway is reached under."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from duijie_gateway.api.deps import ServicesDep


def base_of(request: Request, services: ServicesDep) -> str:
    """Without a slash at its end: as set, else as this request asked for it."""
    return (services.settings.public_url or str(request.base_url)).rstrip("/")


Base = Annotated[str, Depends(base_of)]
