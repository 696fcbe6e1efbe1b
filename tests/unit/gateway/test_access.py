"""Who may do what, and whose data a caller sees."""

from __future__ import annotations

from typing import get_args
from uuid import UUID, uuid4

import pytest
from duijie_gateway.domain.access import PARTY_ROLES, ROLES, Action, Caller, Scope, area_prefix
from duijie_shared.events.base import Role

PARTY = UUID(int=7)
POSTERS = {
    "post_offers": {"producer", "processor", "site"},
    "post_demands": {"buyer", "processor"},
    "post_capacities": {"processor", "storage", "carrier", "producer", "site"},
    "read": set(get_args(Role)),
    "read_plans": {"staff", "admin"},
    "manage_parties": {"staff", "admin"},
    "give_consent": {"staff", "admin", "producer"},
    "revoke_consent": {"staff", "admin", "producer", "site"},
    "import": {"staff", "admin"},
    "manage_keys": {"admin"},
    "reveal": {"staff", "admin"},
    "erase": set(PARTY_ROLES) | {"admin"},
    "review_flags": {"staff", "admin"},
    "keep_lists": {"staff", "admin"},
    "publish_schemes": {"buyer", "processor"},
    "review_grades": {"staff", "admin"},
    "set_policy": {"staff", "admin"},
    "decide": set(PARTY_ROLES),
    "constrain": {"staff", "admin"},
    "audit": {"staff", "admin"},
}


def a_caller(role: Role, county: str | None = None) -> Caller:
    """A caller of this role, with a party where the role has one."""
    return Caller(uuid4(), role, PARTY if role in PARTY_ROLES else None, county)


def test_every_action_has_its_roles() -> None:
    """The whole table, so that a role is neither forgotten nor let in by the way."""
    assert set(get_args(Action)) == set(POSTERS)
    for action in get_args(Action):
        allowed = {role for role in ROLES if a_caller(role).may(action)}  # type: ignore[arg-type]
        assert allowed == POSTERS[action], action


@pytest.mark.parametrize("role", sorted(PARTY_ROLES))
def test_a_party_sees_its_own_and_coarse(role: Role) -> None:
    """Whatever county its key names."""
    caller = a_caller(role, county="530000")
    assert caller.scope == Scope(party=PARTY)
    assert not caller.operator


def test_staff_see_all_or_their_area() -> None:
    """A county on a staff key is the area that it may look at."""
    assert a_caller("admin").scope == Scope()
    assert a_caller("staff", "532500").scope == Scope(area="5325")


def test_area_codes_shorten_to_what_their_counties_share() -> None:
    """A province to two digits, a prefecture to four, a county to itself."""
    assert [area_prefix(code) for code in ("530000", "532500", "532523")] == ["53", "5325", "532523"]


def test_scopes_that_differ_have_keys_that_differ() -> None:
    """A cursor of one party must not open a list of another."""
    scopes = [Scope(), Scope(party=PARTY), Scope(party=uuid4()), Scope(area="53"), Scope(area="5325")]
    assert len({scope.key() for scope in scopes}) == len(scopes)
