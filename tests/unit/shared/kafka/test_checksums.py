"""The checksum of every record batch is computed in C: in Python it costs five times the rest of a send."""

from __future__ import annotations

import crc32c
from kafka.record import util


def test_the_client_found_the_c_implementation() -> None:
    """kafka-python falls back to Python in silence; the check value is that of RFC 3720, appendix B.4."""
    assert util._crc32c is crc32c.crc32c
    assert util.calc_crc32c(memoryview(bytes(32))) == 0x8A9136AA
