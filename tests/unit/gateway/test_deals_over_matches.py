"""What readers see of a match that is held or dealt."""

from __future__ import annotations

import pytest
from duijie_gateway.domain.read_model import DealState, face, laid_over, written
from duijie_shared.events.matches import MatchRecord
from gateway_records import NOW, a_deal, a_match

HELD = DealState.of(a_deal())
DEALT = DealState.of(a_deal(status="dealt", offer_after=3, demand_after=3))
HELD_LATER = DealState.of(a_deal(2, offer_after=5, demand_after=5))
RELEASED = DealState.of(a_deal(status="released"))
LAPSED = DealState.of(a_deal(status="lapsed"))


@pytest.mark.parametrize(
    ("versions", "status", "deals", "seen"),
    [
        ((1, 1), "proposed", [], "proposed"),
        ((1, 1), "proposed", [HELD], "held"),
        ((1, 1), "withdrawn", [HELD], "held"),
        ((2, 2), "proposed", [HELD], "held"),  # the matcher already plans with the rest
        ((1, 1), "proposed", [DEALT], "dealt"),
        ((1, 1), "withdrawn", [DEALT], "dealt"),
        ((3, 3), "withdrawn", [DEALT], "dealt"),
        ((2, 2), "proposed", [DEALT], "dealt"),  # made during the hold: its orders are about to change again
        ((3, 3), "proposed", [DEALT], "proposed"),  # a new round, for what is left
        ((3, 2), "proposed", [DEALT], "dealt"),
        ((4, 4), "proposed", [DEALT, HELD_LATER], "held"),
        ((4, 4), "proposed", [HELD_LATER, DEALT], "held"),
        ((1, 1), "proposed", [RELEASED, LAPSED], "proposed"),
        ((1, 1), "withdrawn", [RELEASED, LAPSED], "withdrawn"),
    ],
)
def test_a_hold_wins_and_a_deal_wins_until_the_pair_is_proposed_anew(
    versions: tuple[int, int], status: str, deals: list[DealState], seen: str
) -> None:
    """Whatever the order in which they became known."""
    found, agreed = laid_over(a_match(versions=versions), status, deals)
    assert found == seen
    assert (agreed is not None) == (seen in {"held", "dealt"})


def test_a_held_match_shows_what_is_held() -> None:
    """Quantity and price of the hold, in place of those proposed."""
    seen = face(a_match(as_of=NOW), "held", HELD.agreed)
    assert (seen.status, seen.quantity, seen.suggested_price, seen.farm_gate_price) == (
        *("held", 5_000_000),
        *(3_000_000, 1_700_000),
    )


@pytest.mark.parametrize("status", ["proposed", "held", "dealt", "withdrawn"])
def test_whatever_readers_see_can_be_stored_and_read_again(status: str) -> None:
    """Held and dealt stand in a column of their own: the matcher's contract knows neither."""
    seen = face(a_match(), status, HELD.agreed)
    again = MatchRecord.model_validate_json(written(seen))
    assert again.quantity == 5_000_000
    assert again.status == ("withdrawn" if status == "withdrawn" else "proposed")
