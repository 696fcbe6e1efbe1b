"""What docs/orders.md shows may be posted."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import get_args

from duijie_shared.events.base import OrderStatus
from duijie_shared.events.policy import PlausibilityPolicy, PostingPolicy
from duijie_shared.posting import DEMAND_FIELDS, OFFER_FIELDS, parse_demand, parse_offer

DOCUMENT = (Path(__file__).parents[3] / "docs" / "orders.md").read_text("utf-8")


def test_the_examples_are_acceptable() -> None:
    """An offer and a demand, as the API reads them."""
    examples = [
        json.loads(block, parse_float=Decimal)
        for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    ]
    assert examples[0].pop("status") == "draft"
    for example, parse in zip(examples, (parse_offer, parse_demand), strict=True):
        assert parse(example, source="json", today=None).quantity > 0


def test_every_field_and_status_is_told() -> None:
    """By its name."""
    named = set(re.findall(r"`(\w+)`", DOCUMENT))
    told = named | {"available_to", "needed_to"}  # told as `_to`
    assert set(OFFER_FIELDS) | set(DEMAND_FIELDS) <= told
    assert set(get_args(OrderStatus)) <= named


def test_the_limits_are_the_defaults() -> None:
    """The numbers in the text are those of the policy."""
    posting, plausibility = PostingPolicy(), PlausibilityPolicy()
    for sentence in (
        f"{posting.postings_per_day:,} orders a day",
        f"{posting.open_orders_per_party:,} drafts and live orders",
        f"{plausibility.yield_factor} times the highest usual yield",
        f"below {plausibility.bait_factor} of the level",
        f"within {plausibility.repost_days} days",
        f"within {plausibility.level_days} days",
        f"fewer than {plausibility.level_parties} parties",
        f"{plausibility.outlier_fence} interquartile ranges",
    ):
        assert sentence in DOCUMENT, sentence
