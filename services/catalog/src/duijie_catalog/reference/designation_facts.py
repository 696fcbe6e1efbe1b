"""The designations of counties as orders carry them, read in the transaction that stores the orders."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.geography import DesignationBook, ListEdition, shipped_editions
from duijie_shared.geography.designation_json import edition_from_json
from sqlalchemy import Date, Uuid, column, func
from sqlmodel import col, select

from duijie_catalog.tables import DesignationEditionRow

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlmodel import Session

STATE = (
    func.designation_state().table_valued(column("revision", Uuid), column("on_day", Date)).render_derived()
)
"""One row: the newest edition, which stays so until the transaction ends, and the day of the last tick."""
BOOKS_KEPT = 4


def designations_on(
    session: Session, revision: UUID | None, day: dt.date | None, on: dt.date
) -> Callable[[str], tuple[str, ...]]:
    """County -> the lists that name it, by the `STATE` of this transaction; on `on` before the first tick."""
    book = _books.at(session, revision)
    judged = day or on

    @cache
    def of(county: str) -> tuple[str, ...]:
        return book.of(county, judged)

    return of


def stored_editions(session: Session) -> list[DesignationEditionRow]:
    """What staff have uploaded, oldest first."""
    return list(session.exec(select(DesignationEditionRow).order_by(col(DesignationEditionRow.sequence))))


def book_of(rows: Iterable[DesignationEditionRow], *more: ListEdition) -> DesignationBook:
    """The lists of this release, what staff have uploaded, and further editions."""
    return DesignationBook([*shipped_editions(), *(edition_from_json(row.body) for row in rows), *more])


class _Books:
    """The last books, by the newest edition they have: editions are only added, so a book never changes."""

    def __init__(self) -> None:
        self._books: OrderedDict[UUID | None, DesignationBook] = OrderedDict()

    def at(self, session: Session, revision: UUID | None) -> DesignationBook:
        book = self._books.get(revision)
        if book is None:
            book = book_of([] if revision is None else stored_editions(session))
            self._books[revision] = book
            if len(self._books) > BOOKS_KEPT:
                self._books.popitem(last=False)
        return book


_books = _Books()
