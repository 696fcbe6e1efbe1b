"""Reference data: products, grades, counties, units, and the policy in force. Cacheable by ETag, each with its version."""

from __future__ import annotations

from fastapi import APIRouter

from duijie_gateway.api.reference import counties, grades, policy, products, units

router = APIRouter(prefix="/v1", tags=["reference"])
for _part in (products, grades, counties, units, policy):
    router.include_router(_part.router)
