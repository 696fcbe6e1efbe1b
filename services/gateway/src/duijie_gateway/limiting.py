"""How often a key and an address may ask. Counted in this process's memory: a restart forgives."""

from __future__ import annotations

from duijie_shared.service.errors import Refusal
from limits import RateLimitItemPerDay, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

MESSAGES_A_DAY = 20
"""Codes and tests that one owner may have sent: nobody's phone is rung by way of this."""


class Limiter:
    """Sliding windows: of a second for requests, of a day for messages that one owner has sent to people."""

    def __init__(self, *, per_key: int, per_address: int) -> None:
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_key = RateLimitItemPerSecond(per_key)
        self._per_address = RateLimitItemPerSecond(per_address)

    async def admits_message(self, owner: str) -> bool:
        """Count one code or test message; False when it is one too many."""
        return await self._windows.hit(RateLimitItemPerDay(MESSAGES_A_DAY), "message", owner)

    async def admits_key(self, key_id: str) -> bool:
        """Count one request of a key; False when it is one too many."""
        return await self._windows.hit(self._per_key, "key", key_id)

    async def admits_address(self, address: str) -> bool:
        """Count one request of an address; False when it is one too many."""
        return await self._windows.hit(self._per_address, "address", address)


def too_many() -> Refusal:
    """429: the windows are a second long, so in two there is room again."""
    return Refusal(
        429,
        "too-many",
        "请求过于频繁, 请稍后重试",
        "Too many requests; please slow down",
        headers={"Retry-After": "2"},
    )
