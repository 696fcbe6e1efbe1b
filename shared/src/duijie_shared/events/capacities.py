"""`capacities-v1`: what processors, stores, packers, graders and carriers can do."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Activity, Contract, OrderStatus, Temperature


class DayQuantity(Contract):
    """What is booked of one day (Asia/Shanghai), in thousandths of the pricing unit."""

    day: dt.date
    quantity: int = Field(ge=1)


class CapacitySnapshot(Contract):
    """One capacity. `throughput_per_day` in thousandths of the pricing unit a day, `fee` in 1e-6 CNY per
    unit taken in, `yield_ppm` out per million in (None: one for one), `loss_ppm` lost per million taken in.
    `booked` has the days of the window that holds and deals have booked, in their order, each once; what
    remains of a day is the throughput less that.
    """

    capacity_id: UUID
    version: int = Field(ge=1)
    status: OrderStatus
    sequence: int = Field(ge=0)
    party_id: UUID
    activity: Activity
    product_in: str | None
    product_out: str | None
    yield_ppm: int | None
    loss_ppm: int
    throughput_per_day: int = Field(ge=1)
    fee: int = Field(ge=0)
    county: str | None
    latitude_e7: int
    longitude_e7: int
    to_county: str | None = None
    to_latitude_e7: int | None = None
    to_longitude_e7: int | None = None
    available_from: dt.date
    available_to: dt.date
    temperature: Temperature | None = None
    booked: tuple[DayQuantity, ...] = ()
