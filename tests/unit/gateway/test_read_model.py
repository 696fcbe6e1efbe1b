"""Which matches are live, and which changes are news."""

from __future__ import annotations

import datetime as dt

import pytest
from duijie_gateway.domain.read_model import OrderState, effective_status, face, is_news
from gateway_records import a_match

AS_MADE = OrderState(version=3, open=True)
MATCH = a_match(versions=(3, 3))


@pytest.mark.parametrize(
    ("offer", "status"),
    [
        (AS_MADE, "proposed"),
        (None, "proposed"),  # on its way on another topic
        (OrderState(2, open=True), "proposed"),  # the amendment is on its way
        (OrderState(2, open=False), "proposed"),  # closed before it was opened again
        (OrderState(3, open=False), "withdrawn"),
        (OrderState(4, open=True), "withdrawn"),
        (OrderState(4, open=False), "withdrawn"),
    ],
)
def test_a_match_is_live_only_while_its_orders_are_current(offer: OrderState | None, status: str) -> None:
    """Whichever side it is; what the matcher will say of it later does not matter."""
    assert effective_status(MATCH, offer, AS_MADE) == status
    assert effective_status(MATCH, AS_MADE, offer) == status


def test_what_the_matcher_withdrew_stays_withdrawn() -> None:
    """However current its orders are."""
    assert effective_status(a_match(versions=(3, 3), status="withdrawn"), AS_MADE, AS_MADE) == "withdrawn"


PROPOSED = face(MATCH, "proposed")
WITHDRAWN = face(MATCH, "withdrawn")


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (None, PROPOSED, True),
        (None, WITHDRAWN, False),  # nobody was shown it
        (PROPOSED, PROPOSED, False),
        (PROPOSED, WITHDRAWN, True),
        (WITHDRAWN, WITHDRAWN, False),
        (WITHDRAWN, PROPOSED, True),
        (PROPOSED, face(a_match(versions=(3, 3), quantity=1), "proposed"), True),
        (PROPOSED, face(a_match(versions=(4, 3)), "proposed"), True),
        (WITHDRAWN, face(a_match(versions=(3, 3), quantity=1), "withdrawn"), False),
    ],
)
def test_only_what_a_reader_would_see_differently_is_news(before: object, after: object, news: bool) -> None:
    """The same content again is none."""
    assert is_news(before, after) is news  # type: ignore[arg-type]


def test_when_a_record_was_written_is_no_content() -> None:
    """A matcher that says the same again an hour later tells nobody anything."""
    later = a_match(versions=(3, 3), as_of=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert not is_news(PROPOSED, face(later, "proposed"))
