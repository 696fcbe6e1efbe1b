"""The example row of every template. It is known by its key and skipped by an import while nothing in it is changed."""

from __future__ import annotations

from collections.abc import Mapping

from duijie_shared.posting.columns import FileKind, Language

EXAMPLE_KEYS: Mapping[Language, str] = {"zh": "示例", "en": "EXAMPLE"}

_ORDER = {"grade_scheme": "", "quantity": "30", "min_lot": "5", "latitude": "", "longitude": ""}
_EXAMPLES: Mapping[FileKind, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "offers": (
        _ORDER
        | {
            "party": "合作社-01", "product": "马铃薯", "grade": "4", "unit": "吨", "ask_price": "1800.5",
            "county": "520526", "available_from": "2027-09-01", "available_to": "2027-10-31",
            "harvest_date": "2027-08-25", "temperature": "常温", "certificates": "绿色;地理标志",
            "measurements": "", "pack_multiple": "0.5",
            "catch_weight": "0.02", "price_breaks": "10=1750;20=1700", "reserve_price": "1600",
            "publish_price": "是", "evidence": "", "area": "20",
            "note": "本行是示例, 导入时不读",
        },
        {
            "party": "coop-01", "product": "Potato", "unit": "t", "temperature": "ambient",
            "certificates": "green;gi", "publish_price": "yes", "note": "this row is an example and is not imported",
        },
    ),
    "demands": (
        _ORDER
        | {
            "party": "采购商-01", "product": "马铃薯", "min_grade": "3", "unit": "吨", "bid_price": "2600",
            "county": "310115", "needed_from": "2027-09-10", "needed_to": "2027-11-30", "temperature": "",
            "certificates": "绿色", "origin_counties": "520526;522326",
            "pack_multiple": "",
            "catch_weight": "0.02", "reserve_price": "2700", "publish_price": "否", "evidence": "已查验",
            "note": "本行是示例, 导入时不读",
        },
        {
            "party": "buyer-01", "product": "Potato", "unit": "t", "certificates": "green",
            "publish_price": "no", "evidence": "inspected", "note": "this row is an example and is not imported",
        },
    ),
    "capacities": (
        {
            "party": "冷库-01", "activity": "冷藏", "product_in": "", "product_out": "", "yield": "",
            "throughput_per_day": "20", "unit": "吨", "fee": "50", "loss": "0.02", "county": "520526",
            "latitude": "", "longitude": "", "to_county": "", "to_latitude": "", "to_longitude": "",
            "available_from": "2027-09-01", "available_to": "2027-12-31", "temperature": "冷藏",
            "note": "本行是示例, 导入时不读",
        },
        {
            "party": "store-01", "activity": "cold_storage", "unit": "t", "temperature": "chilled",
            "note": "this row is an example and is not imported",
        },
    ),
    "parties": (
        {
            "name": "示例马铃薯专业合作社", "kind": "生产者", "uscc": "", "county": "520526",
            "latitude": "26.8559", "longitude": "104.2785", "contact": "本行是示例, 导入时不读",
        },
        {
            "name": "Example Potato Cooperative", "kind": "producer",
            "contact": "this row is an example and is not imported",
        },
    ),
}  # fmt: skip
"""The Chinese row in full, and what is another in the English one."""


def example(kind: FileKind, lang: Language) -> dict[str, str]:
    """The example row: text by column, the row key included."""
    chinese, english = _EXAMPLES[kind]
    return {"row_key": EXAMPLE_KEYS[lang], **chinese, **(english if lang == "en" else {})}


def is_example_key(row_key: str) -> bool:
    """Whether this is the key of an example row."""
    return row_key in EXAMPLE_KEYS.values()


def is_example(kind: FileKind, row: Mapping[str, str]) -> bool:
    """Whether a row, its keys included, is an example row as it came; empty cells and absent ones are alike."""
    filled = {name: text for name, text in row.items() if text}
    return any(filled == {k: v for k, v in example(kind, lang).items() if v} for lang in EXAMPLE_KEYS)
