"""Who may do what. Every route asks here; the matrix test holds each answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from duijie_shared.events.base import PartyKind, Role
from duijie_shared.geography.areas import area_prefix as area_prefix

PARTY_ROLES: frozenset[str] = frozenset(get_args(PartyKind))
OPERATOR_ROLES: frozenset[str] = frozenset({"staff", "admin"})
ROLES: frozenset[str] = frozenset(get_args(Role))

Action = Literal[
    "post_offers",
    "post_demands",
    "post_capacities",
    "read",
    "read_plans",
    "manage_parties",
    "give_consent",
    "revoke_consent",
    "reveal",
    "erase",
    "import",
    "manage_keys",
    "keep_lists",
    "publish_schemes",
    "review_grades",
    "review_flags",
    "set_policy",
    "decide",
    "constrain",
    "audit",
]

_ALLOWED: dict[Action, frozenset[str]] = {
    "post_offers": frozenset({"producer", "processor", "site"}),
    "post_demands": frozenset({"buyer", "processor"}),
    "post_capacities": frozenset({"processor", "storage", "carrier", "producer", "site"}),
    "read": ROLES,
    # The exact welfare of a market with one buyer gives that buyer's price limit away.
    "read_plans": OPERATOR_ROLES,
    "manage_parties": OPERATOR_ROLES,
    # A site that could say for whom it acts would need no consent; it may give one up.
    "give_consent": OPERATOR_ROLES | {"producer"},
    "revoke_consent": OPERATOR_ROLES | {"producer", "site"},
    "reveal": OPERATOR_ROLES,
    # A party asks for it, an admin does it.
    "erase": PARTY_ROLES | {"admin"},
    "import": OPERATOR_ROLES,
    "manage_keys": frozenset({"admin"}),
    "keep_lists": OPERATOR_ROLES,
    "publish_schemes": frozenset({"buyer", "processor"}),
    "review_grades": OPERATOR_ROLES,
    "review_flags": OPERATOR_ROLES,
    # Staff of an area may not; the route sees to that.
    "set_policy": OPERATOR_ROLES,
    # A party for itself alone; what staff think of a pair they say by a constraint.
    "decide": PARTY_ROLES,
    "constrain": OPERATOR_ROLES,
    "audit": OPERATOR_ROLES,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose matches may be seen: those of one party, those that touch one area, or all (both None).

    `area` is a prefix of GB/T 2260 codes: two digits a province, four a prefecture, six a county.
    """

    party: UUID | None = None
    area: str | None = None

    def key(self) -> str:
        """A text that is equal for equal scopes; cursors are bound to it."""
        return f"party={self.party or ''};area={self.area or ''}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `session` is the digest of the browser session's token where a cookie, not a key, was shown."""

    key_id: UUID
    role: Role
    party_id: UUID | None
    county: str | None
    label: str = ""
    session: str | None = None

    @property
    def operator(self) -> bool:
        """Staff and admin see exact figures of all parties (staff with a county: of that area)."""
        return self.role in OPERATOR_ROLES

    @property
    def scope(self) -> Scope:
        """What this caller may see of the read model."""
        if self.operator:
            return Scope(area=area_prefix(self.county) if self.county else None)
        return Scope(party=self.party_id)

    def may(self, action: Action) -> bool:
        """Whether this caller's role allows `action`."""
        return self.role in _ALLOWED[action]
