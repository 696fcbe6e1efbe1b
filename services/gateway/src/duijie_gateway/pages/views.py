"""What the templates show of a match: names, numbers as text, the bar's rectangles. No arithmetic in templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duijie_shared.taxonomy import taxonomy

from duijie_gateway.pages.places import place_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_gateway.pages.messages import Text

KG_PER_TONNE = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One feature of the score; `x` and `width` place it on a bar 100 wide."""

    feature: str
    name: str
    value: str
    points: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class MatchView:
    """One match in one language, for one kind of reader."""

    id: str
    kind: str
    kind_name: str
    status: str
    status_name: str
    product: str
    product_aside: str
    quantity: str
    unit: str
    origin: str
    destination: str
    supplier: str | None
    buyer: str | None
    designations: tuple[str, ...]
    bonus: str
    ask: str
    landed: str
    bid: str
    margin: str
    suggested: str
    farm_gate: str
    distance: str
    route: tuple[str, ...]
    score: str
    parts: tuple[Part, ...]
    reasons: tuple[str, ...]
    offer: str
    demand: str
    version: Mapping[str, Any]


def view_of(
    item: Mapping[str, Any], text: Text, names: Mapping[str, str], titles: Mapping[str, str]
) -> MatchView:
    """The view of an item. `names` holds the parties' names by side ("offer", "demand"), if they may be shown; `titles`
    those of county lists by code.
    """
    product, aside = product_name(str(item["product"]), text)
    landed, bid = item["landed_cost"], item["bid_price"]
    margin = None if landed is None or bid is None else bid - landed
    return MatchView(
        id=item["id"],
        kind=item["kind"],
        kind_name=text(f"kind_{item['kind']}"),
        status=item["status"],
        status_name=text(f"status_{item['status']}"),
        product=product,
        product_aside=aside,
        quantity=quantity(item["quantity"], item["unit"], text),
        unit=unit_name(item["unit"], text),
        origin=place_name(item["offer_county"], text),
        destination=place_name(item["demand_county"], text),
        supplier=names.get("offer"),
        buyer=names.get("demand"),
        designations=tuple(titles.get(code, code) for code in item["tilt"]["designations"]),
        bonus=f"{item['tilt']['bonus']:.1%}",
        ask=price(item["ask_price"], text),
        landed=price(landed, text),
        bid=price(bid, text),
        margin=price(margin, text),
        suggested=price(item["suggested_price"], text),
        farm_gate=price(item["farm_gate_price"], text),
        distance=f"{item['distance_km']:,.0f} km",
        route=tuple(item["route"]) or (text("route_direct"),),
        score=f"{item['score']:.2f}",
        parts=parts_of(item["parts"], text),
        reasons=tuple(item["reasons"][text.language]),
        offer=item["offer"],
        demand=item["demand"],
        version=item["version"],
    )


def parts_of(parts: list[Mapping[str, Any]], text: Text) -> tuple[Part, ...]:
    """The parts laid end to end; points below zero take no room."""
    found: list[Part] = []
    x = 0.0
    for part in parts:
        width = max(0.0, part["points"])
        name = text(f"feature_{part['feature']}")
        shown = _value(part["feature"], part["value"])
        found.append(
            Part(part["feature"], name, shown, f"{part['points']:.2f}", round(x, 2), round(width, 2))
        )
        x += width
    return tuple(found)


def product_name(slug: str, text: Text) -> tuple[str, str]:
    """A product's name in the reader's language, and in the other one beside it."""
    try:
        product = taxonomy().product(slug)
    except KeyError:  # a product of a later release's taxonomy
        return slug, ""
    zh, en = product.name_zh, product.name_en
    return (zh, en) if text.language == "zh" else (en, zh)


def quantity(value: float, unit: str, text: Text) -> str:
    """1,250 kg reads as 1.25 t; pieces stay pieces."""
    if unit == "kg" and value >= KG_PER_TONNE:
        return f"{_short(value / KG_PER_TONNE)} {text.pick('吨', 't')}"
    return f"{_short(value)} {unit_name(unit, text)}"


def unit_name(unit: str, text: Text) -> str:
    """A pricing unit as people say it: 公斤, kg."""
    names = {
        "kg": ("公斤", "kg"),
        "piece": ("个", "piece"),
        "room-night": ("间夜", "room-night"),
        "seat": ("座", "seat"),
    }
    return text.pick(*names.get(unit, (unit, unit)))


def price(value: float | None, text: Text) -> str:
    """Two decimals; a price that both sides left open is negotiable."""
    return text("negotiable") if value is None else f"{value:,.2f}"


def money(value: float) -> str:
    """Whole CNY."""
    return f"{value:,.0f}"


def _short(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _value(feature: str, value: float) -> str:
    match feature:
        case "quantity" | "price" | "tilt":
            return f"{value:.1%}"
        case "distance":
            return f"{value:,.0f} km"
        case _:
            return f"{value:+.0f}"
