"""`dead-letters-v1`: records that could not be read, whole, with the reason."""

from __future__ import annotations

from pydantic import Field

from duijie_shared.events.base import Contract


class DeadLetter(Contract):
    """One refused record. Key and value are base64, so that any bytes survive; `sha256` is of the value."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    consumer: str
    reason: str
    sha256: str
    key_base64: str | None
    value_base64: str | None
