"""The county lists in force: those of this release and what staff have added, read from catalog and kept a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from duijie_shared.geography import DesignationBook, ListEdition, designations, shipped_editions
from duijie_shared.geography.designation_json import edition_from_json
from duijie_shared.releases import data_edition
from duijie_shared.service.errors import Refusal

from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from duijie_gateway.catalog_client import CatalogClient

FRESH = dt.timedelta(seconds=5)
"""How long an answer is taken as new; an upload through this gateway is seen at once."""
SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")

_SELF = Caller(key_id=UUID(int=0), role="staff", party_id=None, county=None, label="gateway")

log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class KnownLists:
    """One state of the lists. `version` changes with every upload; `uploaded` has the editions that staff added."""

    book: DesignationBook
    version: str
    uploaded: tuple[tuple[ListEdition, str], ...] = ()

    def uploaded_at(self, edition: ListEdition) -> str | None:
        """When staff uploaded an edition of this book; None for one that came with the release."""
        return next((at for one, at in self.uploaded if one is edition), None)


class CountyLists:
    """Asks catalog again when what it knows is older than `FRESH`; a catalog that is away leaves what is known."""

    def __init__(self, catalog: CatalogClient, clock: Callable[[], dt.datetime]) -> None:
        self._catalog = catalog
        self._clock = clock
        self._known: KnownLists | None = None
        self._etag = ""
        self._asked = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def known(self) -> KnownLists:
        """The lists.

        Raises
        ------
        Refusal
            503 while catalog has not answered even once.
        """
        now = self._clock()
        if self._known is not None and now - self._asked < FRESH:
            return self._known
        headers = {"If-None-Match": self._etag} if self._etag else {}
        try:
            response = await self._catalog.send(
                "GET", "/designations/editions", _SELF, correlation_id=str(uuid4()), headers=headers
            )
        except Refusal:
            if self._known is None:
                raise
            log.warning("county lists are as old as their last answer", asked=self._asked.isoformat())
            return self._known
        if self._known is None or response.status_code != 304:
            response.raise_for_status()
            self._known = _known(response.json()["items"], response.headers["etag"])
            self._etag = response.headers["etag"]
        self._asked = now
        return self._known

    async def titles(self, codes: Iterable[str], lang: str) -> dict[str, str]:
        """What lists are called in "zh" or "en"; one that nobody can name now is left out."""
        wanted, shipped = set(codes), designations()
        if wanted <= shipped.lists.keys():
            return {code: shipped.title(code, lang) for code in wanted}
        try:
            book = (await self.known()).book
        except Refusal:
            return {code: shipped.title(code, lang) for code in wanted & shipped.lists.keys()}
        return {code: book.title(code, lang) for code in wanted & set(book.codes())}

    def forget(self) -> None:
        """Ask again next time: something was just changed."""
        self._asked = dt.datetime.min.replace(tzinfo=dt.UTC)

    def today(self) -> dt.date:
        """The day in Asia/Shanghai."""
        return self._clock().astimezone(SHANGHAI).date()


def _known(items: list[dict[str, object]], etag: str) -> KnownLists:
    uploaded = tuple(
        (edition_from_json(item["edition"]), str(item["uploaded_at"]))  # type: ignore[arg-type]
        for item in items
    )
    book = DesignationBook([*shipped_editions(), *(edition for edition, _ in uploaded)])
    return KnownLists(book, f"{data_edition('designations').version}.{etag.strip(chr(34))[:8]}", uploaded)
