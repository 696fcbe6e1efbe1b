"""Dated facts about counties: which priority lists name them, with the source of each list.

A list is data. Nothing in code knows what a list is about; a policy names the one it prefers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from duijie_shared.geography.counties import counties
from duijie_shared.geography.data_files import number, rows

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class DesignationList:
    """One published list. `holds` "ever": who was once listed keeps the designation for every date;
    "while_valid": only between its dates. `complete` says whether all published entries are here: in an
    incomplete list a county that is absent is unknown, not undesignated.
    """

    code: str
    title_zh: str
    title_en: str
    holds: Literal["ever", "while_valid"]
    published_entries: int
    complete: bool
    source: str


@dataclass(frozen=True, slots=True)
class Designation:
    """One entry of a list, under the county's code of today. Years are inclusive; None is open or unknown.

    `valid_to_year` is the year the county was taken off the list. `area` is a region within the list, with
    the status of that field of its own.
    """

    list: str
    county: str
    name_in_list: str
    valid_from_year: int | None
    valid_to_year: int | None
    area: str
    area_status: str
    status: str
    note: str


class Designations:
    """Look-ups over the lists and their entries."""

    def __init__(self, lists: tuple[DesignationList, ...], entries: tuple[Designation, ...]) -> None:
        self.lists = {row.code: row for row in lists}
        self.entries = entries
        self._by_county: dict[str, list[Designation]] = {}
        for entry in entries:
            if entry.list not in self.lists:
                raise ValueError(f"{entry.county}: unknown designation list {entry.list}")
            self._by_county.setdefault(entry.county, []).append(entry)

    def of(self, county_code: str, on: dt.date | None = None) -> tuple[str, ...]:
        """The codes of the lists that name the county on a day (None: today), in the lists' order.

        A former code stands for the county of today that it resolves to; an ambiguous one has none.
        """
        code = county_code if county_code in self._by_county else counties().resolve(county_code).code
        if code is None:
            return ()
        named = {entry.list for entry in self._by_county.get(code, ()) if self._holds(entry, on)}
        return tuple(sorted(named, key=list(self.lists).index))

    def facts(self, county_code: str) -> tuple[Designation, ...]:
        """Every entry under this code of today, whatever its dates."""
        return tuple(self._by_county.get(county_code, ()))

    def title(self, code: str, lang: str) -> str:
        """The list's title in "zh" or "en"; KeyError for an unknown list."""
        row = self.lists[code]
        return row.title_zh if lang == "zh" else row.title_en

    def _holds(self, entry: Designation, on: dt.date | None) -> bool:
        if self.lists[entry.list].holds == "ever":
            return True
        if on is None:
            return entry.valid_to_year is None
        return (entry.valid_from_year is None or entry.valid_from_year <= on.year) and (
            entry.valid_to_year is None or on.year <= entry.valid_to_year
        )


def _load_lists() -> tuple[DesignationList, ...]:
    return tuple(
        DesignationList(
            code=row["list"],
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            holds="ever" if row["holds"] == "ever" else "while_valid",
            published_entries=int(row["published_entries"]),
            complete=row["complete"] == "1",
            source=row["source"],
        )
        for row in rows("designation_lists.csv")
    )


def _load_entries() -> tuple[Designation, ...]:
    return tuple(
        Designation(
            list=row["list"],
            county=row["county"],
            name_in_list=row["name_in_list"],
            valid_from_year=number(row["valid_from"]),
            valid_to_year=number(row["valid_to"]),
            area=row["area"],
            area_status=row["area_status"],
            status=row["status"],
            note=row["note"],
        )
        for row in rows("designations.csv")
    )


@cache
def designations() -> Designations:
    """The designations of this release, read on the first call and kept."""
    return Designations(_load_lists(), _load_entries())
