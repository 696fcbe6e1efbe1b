"""How deals are refused: 409 with what stands now, in both languages, and never a word of a private price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from duijie_shared.service.errors import Refusal
from duijie_shared.taxonomy import taxonomy
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

if TYPE_CHECKING:
    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.domain.fit import Obstacle
    from duijie_catalog.domain.order import Order
    from duijie_catalog.domain.terms import Shown

_OBSTACLES: dict[Obstacle, tuple[str, str]] = {
    "VERSION": ("订单已有改动", "an order has changed"),
    "CLOSED": ("有订单已结束", "an order is closed"),
    "OWN_PARTY": ("双方是同一主体", "both sides are the same party"),
    "PRODUCT": ("产品不符", "the products differ"),
    "WINDOW": ("时间已赶不上", "the windows can no longer be met"),
    "QUANTITY": ("余量不足", "less remains than that"),
    "PACK": ("数量不是整件数", "the quantity is no whole number of packs"),
    "MIN_LOT": ("低于起订量", "the quantity is below a minimum lot"),
    "PRICE": ("价格不能接受", "the price is not acceptable"),
    "CAPACITY": ("所需能力在某日已满", "a capacity is full on one of the days"),
}
_STATES = {
    "held": ("另一方已接受, 请对其预留作答", "The match is held; answer that hold"),
    "own-accept": ("您已接受, 须由另一方作答", "You have accepted; the other side has to answer"),
    "dealt": ("已成交", "It is dealt"),
    "released": ("预留已解除", "The hold was released"),
    "lapsed": ("预留已到期", "The hold has lapsed"),
}


class Conflict(Refusal):
    """409 with `present`, what stands now, and `obstacles`, the codes of what is in the way."""

    def __init__(
        self, code: str, zh: str, en: str, present: Mapping[str, Any], found: Sequence[str] = ()
    ) -> None:
        super().__init__(409, code, zh, en)
        self._more = {"obstacles": list(found), "present": dict(present)}

    def body(self) -> dict[str, object]:
        """The problem document."""
        return super().body() | self._more


def no_longer_fits(found: Sequence[Obstacle], offer: Order, demand: Order) -> Conflict:
    """What is in the way, beside both orders as they stand; of what remains only what the two could trade."""
    zh = "; ".join(_OBSTACLES[code][0] for code in found)
    en = "; ".join(_OBSTACLES[code][1] for code in found)
    present = {
        "offer": _order(offer),
        "demand": _order(demand),
        "available": to_number(min(offer.remaining, demand.remaining), QUANTITY_SCALE),
        "unit": taxonomy().product(offer.terms.product).pricing_unit,
    }
    return Conflict("no-longer-fits", f"不再相符: {zh}", f"They no longer fit: {en}", present, found)


def no_longer_held(deal: Deal) -> Conflict:
    """The hold has ended, or its deadline has passed even if nobody has cleared it away yet."""
    return not_possible("lapsed" if deal.status == "held" else deal.status, deal)


def not_possible(code: str, deal: Deal) -> Conflict:
    """The state of a hold or deal is in the way."""
    zh, en = _STATES[code]
    return Conflict(
        code, zh, en, {"deal": {"id": str(deal.id), "version": deal.version, "status": deal.status}}
    )


def differs(shown: Shown) -> Conflict:
    """An accept at another price than the one shown: that is a counter-offer."""
    price = None if shown.price is None else to_number(round(shown.price, -4), PRICE_SCALE)
    return Conflict(
        "price-differs",
        "与所示价格不同; 要改价请还价 (counter)",
        "This is not the price shown; counter to propose another",
        {"quantity": to_number(shown.quantity, QUANTITY_SCALE), "price": price},
    )


def withdrawn() -> Conflict:
    """The matcher has withdrawn the match and nobody holds it."""
    return Conflict(
        "withdrawn", "该匹配已撤回", "The match was withdrawn", {"match": {"status": "withdrawn"}}
    )


def _order(order: Order) -> dict[str, Any]:
    return {"id": str(order.id), "version": order.version, "status": order.status}
