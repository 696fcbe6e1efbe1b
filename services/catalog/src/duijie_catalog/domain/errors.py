"""What the domain refuses. The edges turn these into problem documents and row errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.posting import PostingError
from duijie_shared.posting.errors import FieldError

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.base import OrderStatus


class ClosedError(Exception):
    """The posting is no longer open, so it can be neither amended nor withdrawn."""

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(f"is {status}")
        self.status = status
        self.zh = f"已{_STATUS_ZH[status]}, 不能再修改; 请重新发布"
        self.en = f"is {status} and cannot be changed; post it anew"


class StaleVersionError(Exception):
    """Another change came first. `current` is the version that stands now."""

    def __init__(self, current: int) -> None:
        super().__init__(f"version {current} stands")
        self.current = current


class ShortError(Exception):
    """Less remains than is asked for. `remaining` is in contract units."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"{remaining} remain")
        self.remaining = remaining


class FullError(Exception):
    """Of a day of a capacity less remains than is to be booked. `remaining` is in contract units."""

    def __init__(self, day: dt.date, remaining: int) -> None:
        super().__init__(f"{remaining} remain of {day}")
        self.day = day
        self.remaining = remaining


def market_changed(market: str, other: str) -> PostingError:
    """A product of another market: orders of a market meet in one place, so none can move."""
    return PostingError(
        [
            FieldError(
                "product",
                "other-market",
                f"不能从市场“{market}”改到“{other}”; 请撤回后重新发布",
                f"cannot move from the market {market!r} to {other!r}; withdraw it and repost",
            )
        ]
    )


def below_consumed(consumed: str, unit: str) -> PostingError:
    """A quantity below what deals have taken already."""
    return PostingError(
        [
            FieldError(
                "quantity",
                "below-consumed",
                f"不能少于已成交的 {consumed} {unit}",
                f"must not be below the {consumed} {unit} that are taken already",
            )
        ]
    )


_STATUS_ZH: dict[OrderStatus, str] = {
    "draft": "为草稿",
    "open": "开放",
    "reserved": "全部预留",
    "partly_filled": "部分成交",
    "closed": "全部成交",
    "withdrawn": "撤回",
    "expired": "过期",
}
