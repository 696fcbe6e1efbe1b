"""The contract sheet: for the two sides of a deal, with what both have agreed to, in words that a lawyer would sum."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from duijie_gateway.contract_sheet import contract_sheet, total

AGREED: dict[str, Any] = {
    "deal": {
        "id": "0b9c0f8a-6f0f-5d5e-8b1a-3c1f5f0d6a11",
        "product": "potato",
        "quantity": 5000,
        "unit": "kg",
        "price": 2.653219,
        "farm_gate_price": 1.604871,
        "ended_at": "2027-01-10T17:30:00+00:00",
        "legs": [
            {
                "capacity": "0b9c0f8a-6f0f-5d5e-8b1a-3c1f5f0d6a12",
                "from": "2027-01-12",
                "to": "2027-01-14",
                "quantity": 5000,
            },
        ],
    },
    "seller": {
        "name": "滇南鲜蔬<合作社>",
        "uscc": None,
        "contact": "13800000000",
        "county": "532523",
        "latitude": 23.123456,
        "longitude": 103.654321,
        "grade": 4,
        "posted_grade": None,
        "grade_scheme": None,
        "from": "2027-01-10",
        "to": "2027-03-31",
        "certificates": ["green"],
        "temperature": None,
        "catch_weight": 0.05,
    },
    "buyer": {
        "name": "申城优选电子商务有限公司",
        "uscc": "91310115MA1K4BCD12",
        "contact": "买手 & 小王",
        "county": "310115",
        "latitude": 31.2,
        "longitude": 121.5,
        "grade": 3,
        "posted_grade": None,
        "grade_scheme": None,
        "from": "2027-01-10",
        "to": "2027-02-28",
        "certificates": [],
        "temperature": "chilled",
        "catch_weight": None,
    },
}


def text_of(pdf: bytes) -> str:
    """The text of a PDF that has one page."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return str(document[0].get_textpage().get_text_range()).replace("\r\n", "").replace("\n", "")


def test_a_sheet_says_who_what_how_much_and_until_when() -> None:
    """Names with < and & stand as they are; the sum is in figures and in the numerals that cannot be altered; the
    deal's moment is Shanghai's.
    """
    said = text_of(contract_sheet(AGREED))
    for words in (
        "农产品购销合同单",
        "滇南鲜蔬<合作社>",
        "买手 & 小王",
        "91310115MA1K4BCD12",
        "马铃薯",
        "5,000 千克",
        "2.653219 元/千克",
        "¥13,266.10",
        "壹万叁仟贰佰陆拾陆元壹角",
        "2027-01-11 01:30",
        "绿色食品",
        "冷藏",
        "±5 %",
        "云南省屏边",
        "2027-02-28",
    ):
        assert words in said, words


def test_the_same_deal_gives_the_same_bytes() -> None:
    """No clock and no random id is in the file."""
    assert contract_sheet(AGREED) == contract_sheet(AGREED)


@pytest.mark.parametrize(
    ("quantity", "price", "due"),
    [(5000, 2.653219, "13266.10"), (1, 0.005, "0.01"), (1, 0.004999, "0.00"), (0.3, 0.1, "0.03")],
)
def test_what_is_due_is_rounded_half_up_to_a_cent(quantity: float, price: float, due: str) -> None:
    """Both sides of half a cent."""
    assert total(quantity, price) == Decimal(due)


def test_a_moment_is_read_with_its_offset() -> None:
    """The same instant in another offset gives the same sheet."""
    moment = dt.datetime.fromisoformat(AGREED["deal"]["ended_at"])
    elsewhere = moment.astimezone(dt.timezone(dt.timedelta(hours=-5))).isoformat()
    assert contract_sheet(AGREED | {"deal": AGREED["deal"] | {"ended_at": elsewhere}}) == contract_sheet(
        AGREED
    )
