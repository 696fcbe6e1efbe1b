"""Chains and missing capacities in words, zh and en."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_matcher.matching.wording import quantity, unit_zh, units_en

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.events.base import Activity, ShortCode
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.matching.chains.lines import RoutedLine

ACTIVITY_WORDS: dict[Activity, tuple[str, str]] = {
    "grading": ("分级", "grading"),
    "packing": ("包装", "packing"),
    "precooling": ("预冷", "precooling"),
    "cold_storage": ("冷藏", "cold storage"),
    "processing": ("加工", "processing"),
    "line_haul": ("干线运输", "line-haul"),
    "local_delivery": ("配送", "local delivery"),
}
GAP_WORDS: dict[ShortCode, tuple[str, str]] = {
    "COLD_GAP": ("缺同温冷链运力", "a carrier of its temperature class is missing"),
    "GRADE_GAP": ("缺分级能力, 分级后可升一级", "grading that raises it by one grade is missing"),
    "PACKING_GAP": ("缺包装能力", "packing is missing"),
    "STORAGE_GAP": ("缺冷藏能力, 供货期早于需求期", "cold storage from one window to the other is missing"),
    "PROCESSING_GAP": ("缺加工能力", "processing is missing"),
    "HAUL_GAP": ("缺更便宜的干线运输", "a line-haul cheaper than the road is missing"),
}


def route_words(line: RoutedLine, products: Mapping[str, Product]) -> tuple[str, str]:
    """Through what, and how much leaves for what arrives."""
    activities = [step.facility.capacity.activity for step in line.route.used if step.facility is not None]
    product = products[line.route.product]
    zh = "、".join(ACTIVITY_WORDS[each][0] for each in activities)
    en = ", ".join(ACTIVITY_WORDS[each][1] for each in activities)
    sent, came = quantity(line.taken[0]), quantity(line.quantity)
    return (
        f"经{zh}; 发出 {sent}, 到货 {came} {unit_zh(product)}",
        f"By way of {en}; {sent} leave, {came} {units_en(product)} arrive",
    )


def gap_words(code: ShortCode, amount: int, product: Product) -> tuple[str, str]:
    """What is missing, and for how much."""
    zh, en = GAP_WORDS[code]
    return (
        f"{zh}: 可为 {quantity(amount)} {unit_zh(product)}打通",
        f"For {quantity(amount)} {units_en(product)} of it, {en}",
    )
