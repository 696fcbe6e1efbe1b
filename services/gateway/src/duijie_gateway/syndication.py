"""Listings of a feed for readers of news: Atom 1.0 (RFC 4287) and JSON Feed 1.1, both by their own specifications."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from duijie_gateway.domain.captions import caption

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from duijie_gateway.domain.changes import Change

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
AUTHOR = "Duijie"


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published: `id` names the feed for ever, `url` is where it was read, `begun` when it came to be."""

    id: str
    title: str
    url: str
    lang: str
    begun: dt.datetime
    entries: Sequence[Change]


def atom(of: Publication) -> bytes:
    """The Atom document, newest entry first. An entry's id is its listing's, so that a change updates it."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(
        f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": _tag(of.lang)}
    )
    updated = max((entry.recorded_at for entry in of.entries), default=of.begun)
    _text(feed, "id", of.id)
    _text(feed, "title", of.title)
    _text(feed, "updated", updated.isoformat())
    _text(ElementTree.SubElement(feed, f"{{{ATOM}}}author"), "name", AUTHOR)
    ElementTree.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": of.url})
    for change in of.entries:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        _text(entry, "id", f"urn:uuid:{change.id}")
        _text(entry, "title", _title(change, of.lang))
        _text(entry, "updated", change.recorded_at.isoformat())
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": change.subject})
        _text(entry, "content", change.body or "", type="text")
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(of: Publication) -> dict[str, Any]:
    """The JSON Feed, newest item first."""
    return {
        "version": JSON_FEED,
        "title": of.title,
        "feed_url": of.url,
        "language": _tag(of.lang),
        "authors": [{"name": AUTHOR}],
        "items": [
            {
                "id": f"urn:uuid:{change.id}",
                "title": _title(change, of.lang),
                "content_text": change.body or "",
                "date_modified": change.recorded_at.isoformat(),
                "tags": [change.subject],
            }
            for change in of.entries
        ],
    }


def _title(change: Change, lang: str) -> str:
    return caption(change.subject, json.loads(change.body or "{}"), lang)


def _tag(lang: str) -> str:
    return "zh-CN" if lang == "zh" else "en"


def _text(parent: ElementTree.Element, name: str, value: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes).text = value
