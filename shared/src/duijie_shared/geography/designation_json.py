"""An edition of a county list as plain JSON: how it is stored and passed between services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from duijie_shared.geography.designation_book import ListEdition, ListEntry


def edition_to_json(edition: ListEdition) -> dict[str, Any]:
    """Every field, days as YYYY-MM-DD."""
    return {
        "code": edition.code,
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "source": edition.source,
        "holds": edition.holds,
        "complete": edition.complete,
        "effective_from": _text(edition.effective_from),
        "effective_to": _text(edition.effective_to),
        "entries": [
            {
                "county": entry.county,
                "listed_code": entry.listed_code,
                "listed_name": entry.listed_name,
                "valid_from": _text(entry.valid_from),
                "valid_to": _text(entry.valid_to),
                "status": entry.status,
                "note": entry.note,
            }
            for entry in edition.entries
        ],
    }


def edition_from_json(body: Mapping[str, Any]) -> ListEdition:
    """What `edition_to_json` wrote. KeyError or ValueError for anything else."""
    entries = tuple(
        ListEntry(
            **{
                **entry,
                "valid_from": _day(entry["valid_from"]),
                "valid_to": _day(entry["valid_to"]),
            }
        )
        for entry in body["entries"]
    )
    days = {name: _day(body[name]) for name in ("effective_from", "effective_to")}
    return ListEdition(**{**body, **days, "entries": entries})


def _text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
