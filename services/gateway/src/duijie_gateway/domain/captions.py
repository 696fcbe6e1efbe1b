"""What is said of a change in a line, in both languages: for digests and for readers of Atom and JSON Feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.geography import counties
from duijie_shared.taxonomy import taxonomy

if TYPE_CHECKING:
    from duijie_gateway.domain.changes import Subject

SUBJECT_WORDS: dict[Subject, tuple[str, str]] = {
    "offer": ("供应", "Offered"),
    "demand": ("求购", "Wanted"),
    "capacity": ("能力", "Capacity"),
    "match": ("撮合", "Match"),
    "deal": ("成交", "Deal"),
}
ACTIVITY_WORDS = {
    "grading": ("分级", "grading"),
    "packing": ("包装", "packing"),
    "precooling": ("预冷", "precooling"),
    "cold_storage": ("冷藏", "cold storage"),
    "processing": ("加工", "processing"),
    "line_haul": ("干线运输", "line-haul"),
    "local_delivery": ("配送", "local delivery"),
}


def caption(subject: Subject, item: dict[str, Any], lang: str) -> str:
    """One line in "zh" or "en": what, how much, where, until when, at which published price."""
    number = 0 if lang == "zh" else 1
    parts = [SUBJECT_WORDS[subject][number]]
    if subject == "capacity":
        parts.append(ACTIVITY_WORDS[item["activity"]][number])
    product = item.get("product") or item.get("product_in")
    if product is not None:
        parts.append(_product(product, lang))
    quantity = item.get("quantity", item.get("throughput_per_day"))
    per = ("/天", " a day")[number] if subject == "capacity" else ""
    parts.append(f"{quantity:,} {item['unit']}{per}")
    details = [_place(item.get("county") or item.get("offer_county"), lang)]
    until = item.get("window_to") or item.get("available_to")
    if until is not None:
        details.append(f"截至 {until}" if lang == "zh" else f"until {until}")
    if item.get("price") is not None:
        details.append(f"{item['price']} {('元', 'CNY')[number]}/{item['unit']}")
    return " ".join(parts) + (", ".join(["", *filter(None, details)]))


def _product(slug: str, lang: str) -> str:
    try:
        product = taxonomy().product(slug)
    except KeyError:  # a product of a later release's taxonomy
        return slug
    return product.name_zh if lang == "zh" else product.name_en


def _place(code: str | None, lang: str) -> str:
    if code is None or code not in counties():
        return code or ""
    county = counties().get(code)
    if lang == "en":
        return county.name_en
    return county.name_zh if county.province == county.name_zh else f"{county.province}{county.name_zh}"
