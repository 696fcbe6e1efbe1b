"""Counties by GB/T 2260 code, and what became of codes that ended.

Sources and their licences are in docs/data.md. Coordinates are WGS84 points of county seats unless
`coordinate_method` says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.geography.data_files import number, rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class County:
    """One county-level unit of today. `name_en` is pinyin without tones; coordinates in 1e-7 degree or None."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    prefecture: str
    province: str
    province_code: str
    latitude_e7: int | None
    longitude_e7: int | None
    coordinate_method: str
    official: bool
    """Whether the unit is in GB/T 2260; False for the one administrative committee kept for its designation."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a code means today: one county, or several candidates (`ambiguous`, `code` None), or nothing."""

    code: str | None
    ambiguous: bool
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Succession:
    """A meaning that a code had from the first year until it ended, and the counties of today it resolves to."""

    old_code: str
    name_zh: str
    valid_from_year: int
    ended_year: int
    resolves_to: tuple[str, ...]


_UNKNOWN = Resolution(None, ambiguous=False, candidates=())


class Counties:
    """Look-ups over the counties of today and the codes that ended since 1999."""

    def __init__(self, counties: tuple[County, ...], successions: tuple[Succession, ...]) -> None:
        self._by_code = {county.code: county for county in counties}
        self._former: dict[str, list[Succession]] = {}
        for succession in sorted(successions, key=lambda row: row.ended_year):
            self._former.setdefault(succession.old_code, []).append(succession)
        self._codes_of: dict[str, list[str]] = {}
        for old_code in sorted(self._former.keys() - self._by_code.keys()):
            today = self.resolve(old_code).code
            if today is not None:
                self._codes_of.setdefault(today, []).append(old_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[County]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> County:
        """The county of this code of today; KeyError for any other, so `resolve` a posted code first."""
        return self._by_code[code]

    def former(self, code: str) -> tuple[Succession, ...]:
        """The meanings this code once had, oldest first; empty for a code that never ended."""
        return tuple(self._former.get(code, ()))

    def successions(self) -> Iterator[Succession]:
        """Every meaning that any code once had, by code, oldest first."""
        return (row for rows in self._former.values() for row in rows)

    def former_codes(self, code: str) -> tuple[str, ...]:
        """The ended codes that resolve to this county alone, in order; none of them is a code of today."""
        return tuple(self._codes_of.get(code, ()))

    def resolve(self, code: str, as_of: dt.date | None = None) -> Resolution:
        """The county of today that `code` meant on the day `as_of` (None: today).

        Codes ended at some day of a year that the source gives without the day: in the year of its end a
        code has its new meaning already. A code that had already ended on that day keeps its last meaning.
        Codes that were split or merged into several counties are ambiguous and list them all.
        """
        if as_of is not None:
            for row in self._former.get(code, ()):
                if row.valid_from_year <= as_of.year < row.ended_year:
                    return _resolution(row)
        if code in self._by_code:
            return Resolution(code, ambiguous=False, candidates=(code,))
        former = self._former.get(code)
        return _resolution(former[-1]) if former else _UNKNOWN


def _resolution(row: Succession) -> Resolution:
    if len(row.resolves_to) == 1:
        return Resolution(row.resolves_to[0], ambiguous=False, candidates=row.resolves_to)
    return Resolution(None, ambiguous=bool(row.resolves_to), candidates=row.resolves_to)


def _load_counties() -> tuple[County, ...]:
    return tuple(
        County(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row["kind"],
            prefecture=row["prefecture"],
            province=row["province"],
            province_code=row["province_code"],
            latitude_e7=number(row["latitude_e7"]),
            longitude_e7=number(row["longitude_e7"]),
            coordinate_method=row["coordinate_method"],
            official=row["official"] == "1",
        )
        for row in rows("counties.csv")
    )


def _load_successions() -> tuple[Succession, ...]:
    return tuple(
        Succession(
            old_code=row["old_code"],
            name_zh=row["name_zh"],
            valid_from_year=int(row["valid_from_year"]),
            ended_year=int(row["ended_year"]),
            resolves_to=tuple(row["resolves_to"].split(";")) if row["resolves_to"] else (),
        )
        for row in rows("successions.csv")
    )


@cache
def counties() -> Counties:
    """The counties of this release, read on the first call and kept."""
    return Counties(_load_counties(), _load_successions())
