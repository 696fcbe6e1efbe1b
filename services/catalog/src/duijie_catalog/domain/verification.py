"""How a party comes to be trusted: the county recommends, the platform approves, never the same person both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from duijie_shared.events.parties import PartyStatus
from duijie_shared.geography.areas import covers

if TYPE_CHECKING:
    from duijie_catalog.domain.party import Party

Action = Literal["enter", "apply", "recommend", "approve", "return", "suspend", "reinstate"]
"""`enter` is the operator's own entry, which is approved as it stands; all others are steps of a verification."""

STEPS: dict[Action, dict[PartyStatus, PartyStatus]] = {
    "apply": {"returned": "applied"},
    "recommend": {"applied": "recommended"},
    "approve": {"recommended": "approved"},
    "return": {"applied": "returned", "recommended": "returned"},
    "suspend": {"approved": "suspended"},
    "reinstate": {"suspended": "approved"},
}
"""Action -> the status it needs -> the status it leads to."""

REASONED: frozenset[Action] = frozenset({"return", "suspend"})
"""Steps that need a reason, and the only ones that take one."""

REASONS: dict[str, tuple[str, str]] = {
    "licence-unreadable": ("营业执照无法辨认", "The business licence cannot be read"),
    "licence-expired": ("营业执照已过期", "The business licence has expired"),
    "uscc-mismatch": (
        "统一社会信用代码与营业执照不符",
        "The unified social credit code is not that of the licence",
    ),
    "origin-not-proven": ("产地证明不足", "The origin is not proven"),
    "duplicate": ("与已有主体重复", "The party is entered already"),
    "outside-county": ("不在所填县域", "The party is not in the county it names"),
    "false-statement": ("所填信息不实", "A statement is not true"),
    "complaint": ("投诉核查中", "A complaint is being looked into"),
    "by-request": ("主体自行申请", "The party asked for it"),
    "other": ("其他 (见说明)", "Other (see the note)"),
}
"""Code -> what it says. `other` needs a note."""


@dataclass(frozen=True)
class Actor:
    """Who did something: the key (one person's), its role, the area of a member of staff, the key's label."""

    key_id: UUID
    role: str
    county: str | None = None
    label: str = ""
    party_id: UUID | None = None

    @property
    def platform(self) -> bool:
        """Whether they act for the platform as a whole, not for one area of it."""
        return self.role == "admin" or (self.role == "staff" and self.county is None)

    def serves(self, county: str | None) -> bool:
        """Whether they are staff of an area that the county lies in."""
        return self.party_id is None and self.county is not None and covers(self.county, county)


@dataclass(frozen=True)
class Step:
    """One line of a party's history. Lines are only ever added."""

    party_id: UUID
    party_version: int
    at: dt.datetime
    actor: Actor
    action: Action
    from_status: PartyStatus | None
    to_status: PartyStatus
    reasons: tuple[str, ...] = ()
    note: str | None = None


class WrongStatusError(Exception):
    """The step does not follow from where the verification stands."""

    def __init__(self, action: Action, status: PartyStatus) -> None:
        super().__init__(f"{action} from {status}")
        self.status = status
        self.zh = f"主体状态为“{STATUS_ZH[status]}”, 不能进行此操作"
        self.en = f"the party is {status}, from where this step does not lead on"


class NotTheirsError(Exception):
    """The step is another's to take; `code` says whose."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.zh, self.en = code, zh, en


def next_status(party: Party, action: Action, actor: Actor, history: Iterable[Step]) -> PartyStatus:
    """Where the step leads.

    Raises
    ------
    NotTheirsError
        When the actor may not take it.
    WrongStatusError
        When it does not follow from the party's status.
    """
    _must_be_theirs(party, action, actor)
    try:
        to = STEPS[action][party.status]
    except KeyError:
        raise WrongStatusError(action, party.status) from None
    if action == "approve" and actor.key_id == recommender(history):
        raise NotTheirsError(
            "four-eyes",
            "推荐人不能自己核准, 须由另一人核准",
            "who recommended it may not approve it: another person must",
        )
    return to


def recommender(history: Iterable[Step]) -> UUID | None:
    """The key that recommended the application that stands."""
    found = [step.actor.key_id for step in history if step.action == "recommend"]
    return found[-1] if found else None


def _must_be_theirs(party: Party, action: Action, actor: Actor) -> None:
    serves = actor.serves(party.terms.county)
    match action:
        case "apply":
            fits = actor.party_id == party.id or actor.platform or serves
        case "recommend":
            fits = serves
        case "return":
            fits = actor.platform or (serves and party.status == "applied")
        case _:
            fits = actor.platform
    if fits:
        return
    if action in {"apply", "recommend"}:
        raise NotTheirsError(
            "outside-area",
            "只有负责该主体所在县的工作人员可以进行此操作",
            "only staff whose area covers the party's county may take this step",
        )
    raise NotTheirsError(
        "platform-only", "只有平台工作人员可以进行此操作", "only staff of the platform may take this step"
    )


STATUS_ZH: dict[PartyStatus, str] = {
    "applied": "已申请",
    "recommended": "已推荐",
    "approved": "已核准",
    "returned": "已退回",
    "suspended": "已暂停",
    "erased": "数据已删除",
}
