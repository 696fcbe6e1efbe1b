"""`calls-v1`: the capacity that a market lacks, for processors, stores and carriers to answer."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Activity, Contract, ShortCode, Temperature


class CapacityCall(Contract):
    """One gap that posted capacity would close: `quantity` (thousandths of the pricing unit) of `orders` orders left
    short around `county` between the two days. `worth` is the welfare that it would bring without any fee, in 1e-9 CNY: the
    most that a fee can be. A withdrawn call is followed by a tombstone seven days later.
    """

    call_id: UUID
    status: Literal["open", "withdrawn"]
    market: str
    code: ShortCode
    activity: Activity
    product_in: str
    product_out: str | None = None
    county: str | None
    to_county: str | None = None
    temperature: Temperature | None
    quantity: int = Field(ge=1)
    orders: int = Field(ge=1)
    needed_from: dt.date
    needed_to: dt.date
    worth: int
    as_of: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
