"""Passwords hashed and verified: argon2id, in threads of its own, with the same work for a name that nobody has."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from duijie_gateway.domain.passwords import normalised

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""The OWASP Password Storage Cheat Sheet's parameters for argon2id."""
AT_ONCE = 2
"""Hashes worked out at once: some 40 MB and two processors at the most, however many log in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right; `renewed` is a hash by the present parameters where the stored one is of others."""

    right: bool
    renewed: str | None = None


class Passwords:
    """Hashes and verifies without holding the event loop up."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The encoded hash of a new password, with its salt and parameters."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, normalised(password))

    async def verify(self, stored: str | None, password: str) -> Verdict:
        """Whether `password` is that of the stored hash. None, where there is no such user, is never right."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe(16))
        loop, shown = asyncio.get_running_loop(), normalised(password)
        right = await loop.run_in_executor(self._threads, self._matches, stored or self._nobodys, shown)
        if stored is None or not right:
            return Verdict(right=False)
        renew = self._hasher.check_needs_rehash(stored)
        return Verdict(right=True, renewed=await self.hash(password) if renew else None)

    def _matches(self, stored: str, text: str) -> bool:
        try:
            return self._hasher.verify(stored, text)
        except (VerificationError, InvalidHashError):
            return False
