"""Search over counties."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.geography.counties import County, Succession, counties
from duijie_shared.geography.county_names import short_names
from duijie_shared.names import Hit, Named, NameIndex
from duijie_shared.names.index import compact
from duijie_shared.names.pinyin import syllables, syllables_as_spelled

if TYPE_CHECKING:
    from collections.abc import Iterator


def search_counties(text: str, limit: int = 10, within: str = "") -> tuple[Hit[County], ...]:
    """Counties of today whose names (with or without 县, 区, 市), former names, codes, pinyin or initials a text
    begins or nearly is, best first, then by code. A former name or code finds every county it resolves to.

    `within` keeps to codes that begin with it: "52" or "520000" for a province, "5205" for a prefecture.
    """
    region = _region(within)
    accept = (lambda county: county.code.startswith(region)) if region else None
    return _index().search(text, limit, accept)


@cache
def _index() -> NameIndex[County]:
    known = counties()
    former: dict[str, list[Succession]] = {}
    for row in known.successions():
        for code in row.resolves_to:
            former.setdefault(code, []).append(row)
    return NameIndex(
        _named(county, former.get(county.code, []))
        for county in sorted(known, key=lambda county: county.code)
    )


def _named(county: County, former: list[Succession]) -> Named[County]:
    former_names = (row.name_zh for row in former)
    former_codes = dict.fromkeys(row.old_code for row in former if row.old_code not in counties())
    readings: dict[tuple[str, tuple[str, ...]], None] = {}
    for name in dict.fromkeys((county.name_zh, *former_names)):
        reading = syllables(name)
        readings.update(dict.fromkeys(_shortened(name, reading)))
        if name == county.name_zh:
            readings.update(dict.fromkeys(_shortened(name, _official(county, reading))))
    # 宕昌 is Tanchang, which no reading of its characters gives: such a spelling is a name of its own.
    official = compact(county.name_en).replace("v", "u")
    spelled = any("".join(reading) == official for _, reading in readings)
    return Named(
        county,
        (*dict.fromkeys(name for name, _ in readings), *(() if spelled else (county.name_en,))),
        tuple(readings),
        (county.code, *former_codes),
    )


def _shortened(name: str, reading: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name and its short forms with their readings, one syllable a character."""
    yield name, reading
    shorts = short_names(name)
    for short in shorts:
        kept = len(shorts[0])
        yield short, (*reading[:kept], *syllables(short[kept:]))


def _official(county: County, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The reading of the official spelling where it is not the usual one: 洪洞 is Hongtong."""
    spelling = compact(county.name_en).replace("v", "u")
    if spelling == "".join(usual):
        return usual
    return syllables_as_spelled(county.name_zh, spelling) or usual


def _region(within: str) -> str:
    return re.sub(r"(?:00){1,2}$", "", within) if len(within) == len("520000") else within
