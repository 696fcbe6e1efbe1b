"""A file of capacities as what the matcher takes, and what the plans of markets have booked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from duijie_matcher.domain import Capacity, capacity_of
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.posting import PostingError, capacity_fields, parse_capacity
from duijie_shared.posting.files import Row, read_rows

from duijie_local.commands.match_files import ROWS, Refused, party_id
from duijie_local.simulation.bookings import book_route

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duijie_shared.events.matches import MatchRecord
    from duijie_shared.posting import FieldError
    from duijie_shared.posting.capacities import CapacityTerms


@dataclass(slots=True)
class CapacityRows:
    """Capacities read, by id, the row key of each, and what was refused."""

    by_id: dict[UUID, Capacity] = field(default_factory=dict)
    row_keys: dict[UUID, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    were_read: bool = False

    @property
    def counted(self) -> tuple[Capacity, ...] | None:
        """The capacities that a market counts with; None where no file of them was given."""
        return tuple(self.by_id.values()) if self.were_read else None

    def read(self, path: Path) -> None:
        """Add the capacities of a file, with nothing booked. Age is the order of row keys."""
        self.were_read = True
        found: list[tuple[Row, CapacityTerms]] = []
        try:
            for row in read_rows(path.read_bytes(), "capacities"):
                self._refuse(path, row, row.errors)
                try:
                    found.append((row, parse_capacity(row.fields, source="text", today=None)))
                except PostingError as refusal:
                    self._refuse(path, row, tuple(row.beside(refusal.errors)))
        except PostingError as refusal:
            self.refused.extend(Refused(path.name, None, "", error) for error in refusal.errors)
        found.sort(key=lambda entry: (entry[0].row_key, entry[0].party))
        for sequence, (row, terms) in enumerate(found):
            capacity = _capacity(row, terms, sequence)
            self.by_id[capacity.capacity_id] = capacity
            self.row_keys[capacity.capacity_id] = row.row_key

    def book(self, matches: Iterable[MatchRecord]) -> None:
        """What one market's plan uses is not there for the next."""
        for match in matches:
            book_route(self.by_id, match)

    def _refuse(self, path: Path, row: Row, errors: tuple[FieldError, ...]) -> None:
        cells = {**row.fields, "row_key": row.row_key, "party": row.party}
        self.refused.extend(
            Refused(path.name, row.number, cells.get(error.field, ""), error) for error in errors
        )


def _capacity(row: Row, terms: CapacityTerms, sequence: int) -> Capacity:
    return capacity_of(
        CapacitySnapshot(
            capacity_id=uuid5(ROWS, f"capacity|{row.party}|{row.row_key}"),
            version=1,
            status="open",
            sequence=sequence,
            party_id=party_id(row.party),
            **capacity_fields(terms),
        )
    )
