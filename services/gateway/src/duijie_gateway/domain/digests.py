"""A digest: what changed of a feed between two places, each subject once, as it is at the end."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duijie_gateway.domain.captions import caption
from duijie_gateway.domain.changes import change_item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_gateway.domain.changes import Change, Verdict
    from duijie_gateway.domain.feeds import Feed

MOST_LINES = 100
"""Lines of the text and the page; the JSON has them all."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Behind `after` up to `upto`. `id` is the same each time that it is made."""

    id: str
    title: str
    after: int
    upto: int
    present: tuple[dict[str, Any], ...]
    gone: tuple[dict[str, Any], ...]
    lines: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether it has nothing to tell."""
        return not self.present and not self.gone

    @property
    def text(self) -> str:
        """In Chinese, a line for each."""
        return "\n".join([self.title, "", *(f"- {line}" for line in self._shown())]) + "\n"

    @property
    def html(self) -> str:
        """The same as a page."""
        rows = "".join(f"<li>{html.escape(line)}</li>" for line in self._shown())
        title = html.escape(self.title)
        head = f'<meta charset="utf-8"><title>{title}</title>'
        return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body><h1>{title}</h1><ul>{rows}</ul></body></html>'

    def to_json(self) -> dict[str, Any]:
        """For webhooks: the changes as feeds tell them."""
        return {
            "id": self.id,
            "title": self.title,
            "after": self.after,
            "upto": self.upto,
            "present": list(self.present),
            "gone": list(self.gone),
        }

    def _shown(self) -> list[str]:
        if self.empty:
            return ["这段时间没有变化"]
        left = len(self.lines) - MOST_LINES
        return [*self.lines[:MOST_LINES], *([f"另有 {left} 条"] if left > 0 else [])]


def digest(feed: Feed, told: Iterable[tuple[Change, Verdict]], *, after: int, upto: int) -> Digest:
    """What `told`, in order, comes to. What came and went in between is left out."""
    first: dict[object, Change] = {}
    last: dict[object, tuple[Change, Verdict]] = {}
    for change, verdict in told:
        first.setdefault(change.id, change)
        last.pop(change.id, None)
        last[change.id] = change, verdict
    present, gone, lines = [], [], []
    for change, verdict in last.values():
        item = change_item(change, verdict, exact=feed.exact)
        if verdict == "item":
            present.append(item)
            lines.append(caption(change.subject, item["item"], "zh"))
        elif first[change.id].before is not None:
            gone.append(item)
    if gone:
        lines.append(f"{len(gone)} 条已结束或不再符合条件")
    title = f"{feed.name}: {len(present)} 条更新"
    return Digest(f"{feed.id}:{after}-{upto}", title, after, upto, tuple(present), tuple(gone), tuple(lines))
