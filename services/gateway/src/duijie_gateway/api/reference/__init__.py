"""Reference data: products, grades, counties, units. Cacheable by ETag, each with its version."""

from __future__ import annotations

from fastapi import APIRouter

from duijie_gateway.api.reference import counties, grades, products, units

router = APIRouter(prefix="/v1", tags=["reference"])
for _part in (products, grades, counties, units):
    router.include_router(_part.router)
