"""A code that was given once means the same product for ever."""

from __future__ import annotations

import csv
from pathlib import Path

from duijie_shared.taxonomy import taxonomy

GIVEN = Path(__file__).with_name("product_codes.csv")


def given() -> dict[str, str]:
    """Every code that a release had, with its product."""
    with GIVEN.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["slug"] for row in csv.DictReader(file)}


def test_no_code_is_lost_or_means_another_product() -> None:
    """What was posted under it years ago must still be found; a renamed product keeps its code and its slug."""
    known = {product.code: product.slug for product in taxonomy().products}
    assert {code: known.get(code) for code in given()} == given()


def test_a_new_code_is_written_down_with_its_product() -> None:
    """So that it is held to it from its first release on."""
    assert {product.code for product in taxonomy().products} == given().keys()
