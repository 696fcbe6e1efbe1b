"""Which row had a key first, for files of any length."""

from __future__ import annotations

from array import array
from hashlib import blake2b


class FirstRows:
    """Row numbers by party and row key, in 24 to 48 bytes a key (72 while it grows); a dictionary would take 250.

    Of a key 64 bits of its BLAKE2b digest are kept: that two keys of a million fall together has a chance
    of 3 in 100 million.
    """

    def __init__(self) -> None:
        self._grow(1 << 10)

    def first(self, party: str, row_key: str, number: int) -> int:
        """The row that had this key first; `number` itself, which is noted, where none had."""
        key = f"{len(party)} {party}{row_key}".encode(errors="surrogatepass")
        digest = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") or 1  # 0 marks a free slot
        slot = self._slot(digest)
        if self._digests[slot]:
            return self._rows[slot]
        self._digests[slot], self._rows[slot] = digest, number
        self._count += 1
        if self._count * 2 > len(self._digests):
            self._double()
        return number

    def _slot(self, digest: int) -> int:
        mask = len(self._digests) - 1
        slot = digest & mask
        while self._digests[slot] not in (0, digest):
            slot = (slot + 1) & mask
        return slot

    def _grow(self, size: int) -> None:
        self._digests = array("Q", bytes(8 * size))
        self._rows = array("I", bytes(4 * size))
        self._count = 0

    def _double(self) -> None:
        digests, rows, count = self._digests, self._rows, self._count
        self._grow(2 * len(digests))
        self._count = count
        for digest, row in zip(digests, rows, strict=True):
            if digest:
                slot = self._slot(digest)
                self._digests[slot], self._rows[slot] = digest, row
