"""`dead-letters-v1`: records that could not be read, whole, with the reason."""

from __future__ import annotations

from pydantic import Field

from duijie_shared.events.base import Contract


class DeadLetter(Contract):
    """One refused record. Key, value and headers are base64, so that any bytes survive; `sha256` is of the value.

    A value too long for a record of its own in base64 is cut (`truncated`); it stands in full at its
    source offset, where `sha256` proves it.
    """

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    consumer: str
    reason: str
    sha256: str
    key_base64: str | None
    value_base64: str | None
    headers_base64: tuple[tuple[str, str | None], ...] = ()
    truncated: bool = False
