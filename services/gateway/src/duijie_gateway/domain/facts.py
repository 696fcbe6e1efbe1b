"""What filters of feeds look at, whatever the subject."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters look at of one state: contract integers, days of Asia/Shanghai, both included.

    `counties` are those of the goods or of the capacity. `price` is there only where it is published.
    """

    products: tuple[str, ...]
    counties: tuple[str, ...] = ()
    designations: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    grade: int | None = None
    quantity: int | None = None
    price: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    activity: str | None = None
    status: str | None = None
    score: float | None = None

    def to_json(self) -> dict[str, Any]:
        """For storage; what is empty is left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: _plain(value) for name, value in values.items() if value not in (None, ())}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """What `to_json` stored."""
        # Read a thousand at a time: every field by name, nothing looked at twice.
        get = stored.get
        first, last = get("first"), get("last")
        return cls(
            tuple(get("products", ())),
            tuple(get("counties", ())),
            tuple(get("designations", ())),
            tuple(get("certificates", ())),
            get("grade"),
            get("quantity"),
            get("price"),
            None if first is None else dt.date.fromisoformat(first),
            None if last is None else dt.date.fromisoformat(last),
            get("activity"),
            get("status"),
            get("score"),
        )


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, dt.date) else value
