"""Notices to people: which change is worth one, what it says, and when the next may go out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from duijie_shared.taxonomy import taxonomy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from duijie_shared.events.base import Side

    from duijie_gateway.domain.changes import Change

Kind = Literal["match", "hold", "deadline", "deal"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Channel = Literal["email", "wecom", "dingtalk", "feishu", "sms"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Language = Literal["zh", "en"]

REMIND_BEFORE = dt.timedelta(hours=12)
"""How long before a hold lapses its unanswered side is reminded."""
MOST_LINES = 20
"""Lines of one message; what is beyond them is counted."""
RETRY_AFTER = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=10),
    dt.timedelta(hours=1),
    dt.timedelta(hours=6),
)
"""Waits between the attempts to send one message; after the last it is given up, and the log says so."""
SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")

_UNITS = {
    "kg": ("千克", "kg"),
    "piece": ("件", "pieces"),
    "room-night": ("间夜", "room-nights"),
    "seat": ("座", "seats"),
}
_TITLES = {
    "match": ("{count} 个新撮合", "{count} new matches"),
    "hold": ("{count} 笔待您答复", "{count} waiting for your answer"),
    "deadline": ("{count} 笔即将到期", "{count} about to lapse"),
    "deal": ("{count} 笔已成交", "{count} deals made"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell, in both languages; for a hold that waits for an answer, `deal` and its `deadline`."""

    kind: Kind
    zh: str
    en: str
    deal: UUID | None = None
    deadline: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What one notice says."""

    title: str
    body: str


def line_of(change: Change, party: UUID | None, *, exact: bool) -> Line | None:
    """What a change says to a reader; None where it is not worth a notice.

    A match is told when it comes up, not when its score or quantity moves. A hold is told to the side that has not
    accepted, a deal to both. `party` None is staff, who are told of all in their area.
    """
    item = change.item(exact=exact)
    if item is None or change.after is None:
        return None
    was = None if change.before is None else change.before.status
    now = change.after.status
    if change.subject == "match":
        fresh = now == "proposed" and was in {None, "withdrawn"} and item["kind"] == "plan"
        return _match(item) if fresh else None
    if change.subject != "deal" or now == was:
        return None
    if now == "dealt":
        return _deal(item)
    own: Side | None = None if party is None else ("offer" if change.parties[0] == party else "demand")
    return _hold(change.id, item) if now == "held" and own != item["accepted_by"] else None


def reminder(line: Line) -> Line:
    """A hold's line as the reminder shortly before its deadline."""
    return Line("deadline", f"即将到期: {line.zh}", f"About to lapse: {line.en}", line.deal, line.deadline)


def message(lines: Sequence[Line], language: Language, url: str) -> Message:
    """One message of all `lines`: what needs an answer first, then the rest in their order. `url` may be empty."""
    index = 0 if language == "zh" else 1
    order: tuple[Kind, ...] = ("deadline", "hold", "deal", "match")
    ordered = [line for kind in order for line in lines if line.kind == kind]
    counts = [(kind, sum(line.kind == kind for line in lines)) for kind in order]
    parts = [_TITLES[kind][index].format(count=count) for kind, count in counts if count]
    told = [(line.zh, line.en)[index] for line in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        rest = len(ordered) - MOST_LINES
        told.append((f"另有 {rest} 条, 请登录查看", f"and {rest} more")[index])
    if url:
        told.append(url)
    name = ("产销对接", "Duijie")[index]
    return Message(f"{name}: {('、', ', ')[index].join(parts)}", "\n".join(told))


def next_due(sent: dt.datetime, every_minutes: int) -> dt.datetime:
    """The earliest moment of the next message after one was made."""
    return sent + dt.timedelta(minutes=every_minutes)


def _match(item: dict[str, Any]) -> Line:
    zh, en = _goods(item)
    price = item["suggested_price"]
    at_zh = "" if price is None else f", 建议到货价 {price:g} 元"
    at_en = "" if price is None else f", suggested {price:g} CNY at the door"
    return Line("match", f"新撮合: {zh}{at_zh}", f"New match: {en}{at_en}")


def _hold(deal: UUID, item: dict[str, Any]) -> Line:
    zh, en = _goods(item)
    deadline = dt.datetime.fromisoformat(item["deadline"])
    local = deadline.astimezone(SHANGHAI)
    return Line(
        "hold",
        f"对方已接受 {zh}, 到货价 {item['price']:g} 元, 请在 {local:%m-%d %H:%M} 前答复",
        f"The other side accepts {en} at {item['price']:g} CNY; answer by {local:%d %b %H:%M} (Beijing)",
        deal,
        deadline,
    )


def _deal(item: dict[str, Any]) -> Line:
    zh, en = _goods(item)
    return Line("deal", f"已成交: {zh}, 到货价 {item['price']:g} 元", f"Deal: {en} at {item['price']:g} CNY")


def _goods(item: dict[str, Any]) -> tuple[str, str]:
    try:
        product = taxonomy().product(item["product"])
        names = (product.name_zh, product.name_en)
    except KeyError:  # a product of a later release's taxonomy
        names = (item["product"],) * 2
    units = _UNITS.get(item["unit"], (item["unit"],) * 2)
    quantity = f"{item['quantity']:,}"
    return f"{names[0]} {quantity} {units[0]}", f"{names[1]} {quantity} {units[1]}"
