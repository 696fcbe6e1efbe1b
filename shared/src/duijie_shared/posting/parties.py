"""Parties, and the check digit of their unified social credit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duijie_shared.events.base import PartyKind
from duijie_shared.posting import common
from duijie_shared.posting.fields import Fields, Source

PARTY_FIELDS = ("name", "kind", "uscc", "county", "latitude", "longitude", "contact")

KINDS: dict[str, PartyKind] = {
    "producer": "producer", "生产者": "producer",
    "buyer": "buyer", "采购商": "buyer", "电商企业": "buyer",
    "processor": "processor", "加工企业": "processor",
    "storage": "storage", "仓储企业": "storage",
    "carrier": "carrier", "承运商": "carrier", "物流企业": "carrier",
    "site": "site", "服务站点": "site",
}  # fmt: skip

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_LENGTH = 18


@dataclass(frozen=True)
class PartyTerms:
    """One party. `contact` never leaves catalog before a deal."""

    name: str
    kind: PartyKind
    uscc: str | None
    county: str | None
    latitude_e7: int | None
    longitude_e7: int | None
    contact: str | None


def parse_party(fields: Mapping[str, object], *, source: Source) -> PartyTerms:
    """The terms of a party; errors as `parse_offer`."""
    read = Fields(fields, PARTY_FIELDS, source)
    read.require("name", "kind")
    name = read.text("name", longest=200)
    kind = read.choice("kind", KINDS)
    uscc = read.text("uscc")
    if uscc is not None and not is_uscc(uscc.upper()):
        read.refuse(
            "uscc",
            "bad-uscc",
            "统一社会信用代码不正确 (18 位, GB 32100 校验)",
            "is no unified social credit code (18 characters, GB 32100 check digit)",
        )
    place = common.place_of(read, required=False)
    contact = read.text("contact", longest=200, lines=True)
    read.finish()
    # Whatever is missing was refused above, and `finish` threw.
    if name is None or kind is None:
        raise AssertionError("a missing field was not refused")
    return PartyTerms(
        name=name,
        kind=kind,
        uscc=uscc.upper() if uscc else None,
        county=place.county if place else None,
        latitude_e7=place.latitude_e7 if place else None,
        longitude_e7=place.longitude_e7 if place else None,
        contact=contact,
    )


def is_uscc(code: str) -> bool:
    """Whether 18 characters are a unified social credit code: weights 3^i mod 31, mod-31 check (GB 32100-2015)."""
    if len(code) != USCC_LENGTH or any(char not in USCC_ALPHABET for char in code):
        return False
    total = sum(USCC_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(code[:-1]))
    return USCC_ALPHABET[-total % 31] == code[-1]
