"""Lists of designated counties as they change: dated editions, each in force until the next.

The lists of this release are the first editions. Staff replace a list by an edition with its date, or end it by an
edition without entries; what held before that date keeps holding for it. Nothing here reads a clock, a file or a
database: whoever keeps the uploaded editions passes them in.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from duijie_shared.geography.counties import counties
from duijie_shared.geography.designations import Designations, designations

Holds = Literal["ever", "while_valid"]


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A county in an edition, by its code of today, with the code and name that the list gives it.

    Both days are included; None is open. They count only in lists that hold "while_valid".
    """

    county: str
    listed_code: str
    listed_name: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ListEdition:
    """A list as published on a day. `effective_from` None is from ever on; `effective_to` (included) None is until
    the next edition. `holds` and `complete` as in `DesignationList`; no entries: the list has ended.
    """

    code: str
    title_zh: str
    title_en: str
    source: str
    holds: Holds
    complete: bool
    effective_from: dt.date | None
    effective_to: dt.date | None
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class DesignationFact:
    """One entry with the edition that states it and the days on which that edition is in force."""

    edition: ListEdition
    entry: ListEntry
    first_day: dt.date | None
    last_day: dt.date | None


class DesignationBook:
    """Who is designated on which day, by the editions given: of two with the same date the later one counts.

    Raises ValueError for an entry whose county is none of today and for an edition that ends before it begins.
    """

    def __init__(self, editions: Iterable[ListEdition]) -> None:
        self._editions: dict[str, list[ListEdition]] = {}
        for edition in editions:
            _check(edition)
            self._editions.setdefault(edition.code, []).append(edition)
        for row in self._editions.values():
            row.sort(key=_start)  # stable: the later one of a day stays behind the earlier
        self._entries: Mapping[int, Mapping[str, tuple[ListEntry, ...]]] = {
            id(edition): _by_county(edition) for row in self._editions.values() for edition in row
        }

    def of(self, county_code: str, on: dt.date) -> tuple[str, ...]:
        """The codes of the lists that name the county on a day, in the order in which the lists were given.

        A former code stands for the county of today that it meant on that day; an ambiguous one has none.
        """
        known = counties()
        code = county_code if county_code in known else known.resolve(county_code, on).code
        if code is None:
            return ()
        return tuple(name for name in self._editions if self._names(name, code, on))

    def edition(self, code: str, on: dt.date) -> ListEdition | None:
        """The edition of a list that is in force on a day; None before the first, after an end, for no list."""
        row = self._editions.get(code, [])
        at = bisect_right(row, on, key=_start) - 1
        if at < 0:
            return None
        edition = row[at]
        return None if edition.effective_to is not None and on > edition.effective_to else edition

    def named(self, code: str, on: dt.date) -> tuple[str, ...]:
        """The counties that a list names on a day, by code; none for an unknown list."""
        edition = self.edition(code, on)
        if edition is None:
            return ()
        return tuple(sorted(county for county in self._entries[id(edition)] if self._names(code, county, on)))

    def lists(self, on: dt.date) -> tuple[ListEdition, ...]:
        """The editions in force on a day, ended lists left out."""
        found = (self.edition(code, on) for code in self._editions)
        return tuple(edition for edition in found if edition is not None and edition.entries)

    def codes(self) -> tuple[str, ...]:
        """The code of every list, ended ones too, in the order in which they were given."""
        return tuple(self._editions)

    def history(self, code: str) -> tuple[tuple[ListEdition, dt.date | None], ...]:
        """The editions of a list that are ever in force, oldest first, with the last day of each (None: open).

        Empty for an unknown list.
        """
        return tuple(_in_force(self._editions[code])) if code in self._editions else ()

    def title(self, code: str, lang: str) -> str:
        """The title of the list's newest edition in "zh" or "en"; KeyError for an unknown list."""
        edition = self._editions[code][-1]
        return edition.title_zh if lang == "zh" else edition.title_en

    def counties(self) -> frozenset[str]:
        """Every county that any edition names, by its code of today."""
        return frozenset(code for entries in self._entries.values() for code in entries)

    def facts(self, county_code: str) -> tuple[DesignationFact, ...]:
        """Every entry for this code of today in the editions that are ever in force, oldest first within a list."""
        return tuple(
            DesignationFact(edition, entry, edition.effective_from, last)
            for row in self._editions.values()
            for edition, last in _in_force(row)
            for entry in self._entries[id(edition)].get(county_code, ())
        )

    def next_change(self, after: dt.date) -> dt.date | None:
        """The first day after `after` on which any county may be designated otherwise than on the day before."""
        return min((day for day in self._turning_days() if day > after), default=None)

    def changed(self, before: dt.date, after: dt.date) -> tuple[str, ...]:
        """The counties whose designations on the two days differ, by code."""
        return self.differing(self, before, after)

    def differing(self, other: DesignationBook, mine: dt.date, theirs: dt.date) -> tuple[str, ...]:
        """The counties that this book on the one day and another book on the other designate differently.

        What an upload changes: the book without it against the book with it, both on the day it takes effect.
        """
        codes = {*self.counties(), *other.counties()}
        return tuple(
            sorted(code for code in codes if set(self.of(code, mine)) != set(other.of(code, theirs)))
        )

    def ending(self, code: str, on: dt.date, source: str) -> ListEdition:
        """The edition that ends a list from a day on, that day included; KeyError for an unknown list."""
        last = self._editions[code][-1]
        return ListEdition(
            code, last.title_zh, last.title_en, source, last.holds, last.complete, on, None, ()
        )

    def _names(self, code: str, county: str, on: dt.date) -> bool:
        edition = self.edition(code, on)
        if edition is None:
            return False
        entries = self._entries[id(edition)].get(county, ())
        return (edition.holds == "ever" and bool(entries)) or any(_valid(entry, on) for entry in entries)

    def _turning_days(self) -> Iterator[dt.date]:
        for edition in (edition for row in self._editions.values() for edition in row):
            spans = [(edition.effective_from, edition.effective_to)]
            if edition.holds == "while_valid":
                spans += [(entry.valid_from, entry.valid_to) for entry in edition.entries]
            for first, last in spans:
                if first is not None:
                    yield first
                if last is not None and last < dt.date.max:
                    yield last + dt.timedelta(days=1)


def shipped_editions(source: Designations | None = None) -> tuple[ListEdition, ...]:
    """The lists of this release as first editions; their years become whole years of days."""
    known = designations() if source is None else source
    return tuple(
        ListEdition(
            code=row.code,
            title_zh=row.title_zh,
            title_en=row.title_en,
            source=row.source,
            holds=row.holds,
            complete=row.complete,
            effective_from=None,
            effective_to=None,
            entries=tuple(
                ListEntry(
                    county=entry.county,
                    listed_code=entry.county,
                    listed_name=entry.name_in_list,
                    valid_from=None
                    if entry.valid_from_year is None
                    else dt.date(entry.valid_from_year, 1, 1),
                    valid_to=None if entry.valid_to_year is None else dt.date(entry.valid_to_year, 12, 31),
                    status=entry.status,
                    note=entry.note,
                )
                for entry in known.entries
                if entry.list == row.code
            ),
        )
        for row in known.lists.values()
    )


def _check(edition: ListEdition) -> None:
    last = edition.effective_to
    if last is not None and (edition.effective_from is None or last < edition.effective_from):
        raise ValueError(f"{edition.code}: ends on {last}, before it begins")
    for entry in edition.entries:
        if entry.county not in counties():
            raise ValueError(f"{edition.code}: {entry.county} is no county of today")


def _start(edition: ListEdition) -> dt.date:
    return edition.effective_from or dt.date.min


def _by_county(edition: ListEdition) -> Mapping[str, tuple[ListEntry, ...]]:
    found: dict[str, tuple[ListEntry, ...]] = {}
    for entry in edition.entries:
        found[entry.county] = (*found.get(entry.county, ()), entry)
    return found


def _valid(entry: ListEntry, on: dt.date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= on) and (
        entry.valid_to is None or on <= entry.valid_to
    )


def _in_force(row: Sequence[ListEdition]) -> Iterator[tuple[ListEdition, dt.date | None]]:
    """The editions of a list with the last day of each: its own end or the day before the next one."""
    for edition, following in zip(row, (*row[1:], None), strict=True):
        last = edition.effective_to
        if following is not None:
            if _start(following) == _start(edition):
                continue  # replaced before it held
            replaced = _start(following) - dt.timedelta(days=1)
            last = replaced if last is None else min(last, replaced)
        yield edition, last
