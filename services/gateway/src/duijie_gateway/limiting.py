"""How often a key and an address may ask. Counted in this process's memory: a restart forgives."""

from __future__ import annotations

import math
import time

from duijie_shared.service.errors import Refusal
from limits import RateLimitItemPerDay, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

MESSAGES_A_DAY = 20
"""Codes and tests that one owner may have sent: nobody's phone is rung by way of this."""
PASSWORDS_PER_USER = RateLimitItemPerMinute(10, 15)
"""Passwords tried for one name, whether anybody has it or not."""
PASSWORDS_PER_ADDRESS = RateLimitItemPerMinute(60, 15)
"""Passwords tried from one address; an office may stand behind one."""


class Limiter:
    """Sliding windows: of a second for requests, of minutes for passwords, of a day for messages sent to people."""

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

    async def password_wait(self, name: str, address: str) -> int | None:
        """Count one password tried; when it is one too many, in how many seconds there may be room again."""
        for window, kind, who in (
            (PASSWORDS_PER_ADDRESS, "password-address", address),
            (PASSWORDS_PER_USER, "password", name),
        ):
            if not await self._windows.hit(window, kind, who):
                stats = await self._windows.get_window_stats(window, kind, who)
                return max(1, math.ceil(stats.reset_time - time.time()))
        return None

    async def password_was_right(self, name: str) -> None:
        """Forget what was tried for this name before."""
        await self._windows.clear(PASSWORDS_PER_USER, "password", name)


def too_many(seconds: int = 2) -> Refusal:
    """429. Most windows are a second long, so in two there is room again."""
    return Refusal(
        429,
        "too-many",
        "请求过于频繁, 请稍后重试",
        "Too many requests; please slow down",
        headers={"Retry-After": str(seconds)},
    )
