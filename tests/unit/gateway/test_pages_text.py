"""The pages' words, names and numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import duijie_gateway.pages
import pytest
from duijie_gateway.pages.messages import _MESSAGES, Text, language_of
from duijie_gateway.pages.places import PROVINCES_EN, place_name, province_name
from duijie_gateway.pages.views import price, product_name, quantity, view_of
from duijie_shared.events.base import Feature, MatchKind, MatchStatus, Role
from duijie_shared.geography import counties
from duijie_shared.rendering import match_item
from gateway_records import a_match

ZH, EN = Text("zh"), Text("en")
PAGES = Path(duijie_gateway.pages.__file__).parent


def test_every_message_is_in_both_languages_with_the_same_values() -> None:
    """A value that one sentence leaves out is a mistake in the other."""
    for name, (zh, en) in _MESSAGES.items():
        assert zh, name
        assert en, name
        assert sorted(re.findall(r"\{(\w+)\}", zh)) == sorted(re.findall(r"\{(\w+)\}", en)), name


def test_every_message_that_a_template_names_exists() -> None:
    """And no message is left that no page uses."""
    sources = "".join(
        path.read_text("utf-8") for path in [*PAGES.glob("*.py"), *PAGES.glob("templates/*.html")]
    )
    named = set(re.findall(r"\b(?:t|text)\(\s*[\"'](\w+)[\"']", sources)) | set(
        re.findall(r"error=\"(\w+)\"", sources)
    )
    made = {f"kind_{kind}" for kind in get_args(MatchKind)} | {f"status_{s}" for s in get_args(MatchStatus)}
    made |= {f"feature_{feature}" for feature in get_args(Feature)} | {
        f"role_{role}" for role in get_args(Role)
    }
    assert made <= _MESSAGES.keys()
    literal = {name for name in named if not name.endswith("_")}
    assert literal <= _MESSAGES.keys()
    assert _MESSAGES.keys() <= literal | made


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        (None, None, None, "zh"),
        ("en", "zh", "zh-CN", "en"),
        (None, "en", "zh-CN", "en"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "fr-FR,zh-TW;q=0.8,en;q=0.5", "zh"),
        (None, None, "fr", "zh"),
        ("xx", "<script>", "de, EN", "en"),
    ],
)
def test_the_language_is_asked_remembered_or_preferred(
    query: str | None, cookie: str | None, accepted: str | None, language: str
) -> None:
    """In this order; else Chinese."""
    assert language_of(query, cookie, accepted) == language


def test_every_province_has_an_english_name() -> None:
    """By the two digits that its counties share."""
    assert {county.code[:2] for county in counties()} == PROVINCES_EN.keys()


def test_places_read_as_people_write_them() -> None:
    """A municipality is not named twice; an unknown code is shown as it is."""
    assert place_name("532523", ZH).startswith("云南省")
    assert place_name("532523", EN).endswith(", Yunnan")
    assert place_name(None, ZH) == "坐标点"
    assert place_name("999999", EN) == "999999"
    assert province_name("310115", ZH) == "上海市"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (999, "kg", "999 公斤", "999 kg"),
        (1000, "kg", "1 吨", "1 t"),
        (12_345_678, "kg", "12,345.68 吨", "12,345.68 t"),
        (2500, "piece", "2,500 个", "2,500 piece"),
        (0.5, "kg", "0.5 公斤", "0.5 kg"),
    ],
)
def test_quantities_read_in_fitting_units(value: float, unit: str, zh: str, en: str) -> None:
    """From a tonne on in tonnes; pieces stay pieces."""
    assert (quantity(value, unit, ZH), quantity(value, unit, EN)) == (zh, en)


def test_a_price_left_open_is_negotiable() -> None:
    """Also where nothing can be reckoned from it."""
    assert price(None, ZH) == "面议"
    assert price(1234.5, EN) == "1,234.50"


def test_a_product_of_a_later_taxonomy_is_shown_by_its_slug() -> None:
    """The read model may be newer than the page."""
    assert product_name("moon_cheese", ZH) == ("moon_cheese", "")
    assert product_name("potato", EN)[0] == "Potato"


def test_the_bar_is_the_score() -> None:
    """The parts lie end to end from zero to the score."""
    view = view_of(match_item(a_match(), exact=True), EN, {}, {})
    assert view.parts[0].x == 0
    for left, right in zip(view.parts, view.parts[1:], strict=False):
        assert right.x == pytest.approx(left.x + left.width)
    assert view.parts[-1].x + view.parts[-1].width == pytest.approx(float(view.score))


def test_a_negative_part_takes_no_room() -> None:
    """It is listed with its points, but the bar cannot run backwards."""
    parts = [
        {"feature": "price", "value": 0.0, "points": -5.0},
        {"feature": "grade", "value": 0.0, "points": 5.0},
    ]
    item = match_item(a_match(), exact=True) | {"parts": parts}
    view = view_of(item, EN, {}, {})
    assert (view.parts[0].width, view.parts[0].points) == (0, "-5.00")
    assert view.parts[1].x == 0
