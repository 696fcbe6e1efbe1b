"""Near misses as items: figures in the units people post in, and a sentence on each change in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from duijie_shared.events.base import EvidenceLevel
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

if TYPE_CHECKING:
    from duijie_shared.events.base import ChangeField, Side
    from duijie_shared.events.matches import Change, NearMiss

QUANTITIES: frozenset[ChangeField] = frozenset({"remaining", "min_lot", "pack_multiple"})
NAMES: dict[ChangeField, tuple[str, str]] = {
    "price": ("价格", "the price"),
    "grade": ("等级", "the grade"),
    "evidence": ("证据等级", "the evidence"),
    "certificates": ("认证", "the certificates"),
    "origin_counties": ("产地县", "the counties of origin"),
    "window_from": ("开始日期", "the first day"),
    "window_to": ("结束日期", "the last day"),
    "harvest_date": ("采收日期", "the harvest date"),
    "remaining": ("余量", "what is left"),
    "min_lot": ("起订量", "the minimum lot"),
    "pack_multiple": ("包装倍数", "the pack multiple"),
}
LEVELS: dict[str, tuple[str, str]] = dict(
    zip(
        get_args(EvidenceLevel),
        (("自报", "self-declared"), ("县级推荐", "county-recommended"), ("已查验", "inspected"),
         ("检测报告", "laboratory")),
        strict=True,
    )
)  # fmt: skip
UNITS_ZH = {"kg": "公斤", "piece": "件", "room-night": "间夜", "seat": "人次"}
ANY, NONE = ("不限", "any"), ("无", "none")


def near_miss_item(miss: NearMiss, side: Side, unit: str) -> dict[str, Any]:
    """A near miss of an order of this side and pricing unit; `advice` is empty where nothing of its own would help."""
    said = [_sentence(change, side, unit) for change in miss.changes]
    if miss.wait_days:
        days = "1 more day" if miss.wait_days == 1 else f"{miss.wait_days} more days"
        said.append(
            (f"再等 {miss.wait_days} 天, 寻找范围会扩大到那里", f"Wait {days} for the search to reach it")
        )
    return {
        "codes": list(miss.codes),
        "size": miss.size,
        "wait_days": miss.wait_days,
        "changes": [_change(change, unit) for change in miss.changes],
        "advice": {"zh": [zh for zh, _ in said], "en": [en for _, en in said]},
    }


def _change(change: Change, unit: str) -> dict[str, Any]:
    return {
        "field": change.field,
        "from": _value(change.field, change.before),
        "to": _value(change.field, change.after),
        "unit": _unit(change.field, unit)[1] or None,
    }


def _value(field: ChangeField, value: int | str | tuple[str, ...]) -> int | float | str | list[str]:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str) or field == "grade":
        return value
    return to_number(value, PRICE_SCALE if field == "price" else QUANTITY_SCALE)


def _unit(field: ChangeField, unit: str) -> tuple[str, str]:
    zh = UNITS_ZH.get(unit, unit)
    if field == "price":
        return f"元/{zh}", f"CNY/{unit}"
    return (zh, unit) if field in QUANTITIES else ("", "")


def _sentence(change: Change, side: Side, unit: str) -> tuple[str, str]:
    zh, en = NAMES[change.field]
    if change.field == "price":
        zh, en = ("要价", "the ask") if side == "offer" else ("买价", "the bid")
    (from_zh, from_en), (to_zh, to_en) = (
        _words(change.field, value) for value in (change.before, change.after)
    )
    unit_zh, unit_en = (f" {word}" if word else "" for word in _unit(change.field, unit))
    return (
        f"{zh}由 {from_zh} 改为 {to_zh}{unit_zh}",
        f"Change {en} from {from_en} to {to_en}{unit_en}",
    )


def _words(field: ChangeField, value: int | str | tuple[str, ...]) -> tuple[str, str]:
    shown = _value(field, value)
    if isinstance(shown, list):
        words = ", ".join(shown)
        return (words, words) if words else (ANY if field == "origin_counties" else NONE)
    if field == "evidence":
        return LEVELS[str(shown)]
    if field == "pack_multiple" and not shown:
        return ANY
    words = shown if isinstance(shown, str) else f"{shown:,}"
    return words, words
