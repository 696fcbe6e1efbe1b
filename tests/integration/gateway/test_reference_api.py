"""Reference data through the door: found by what people type, dated, versioned, and asked for once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from duijie_shared.events.base import Role
from duijie_shared.releases import data_edition
from gateway_description import description, validate
from gateway_served import Gateway

pytestmark = pytest.mark.database

PATHS = (
    "products",
    "products?q=tudou",
    "products/potato",
    "grades",
    "grades/PLATFORM_5",
    "counties?province=530000",
    "counties?q=weining",
    "counties/420321",
    "units",
    "units?q=斤",
    "policy",
    "designations",
    "designations/cn-key-160?on=2026-01-01",
)


@pytest.fixture
def reader(whole_gateway: Gateway) -> Iterator[httpx.Client]:
    """A carrier's client: nobody in particular."""
    role: Role = "carrier"
    with whole_gateway.client(whole_gateway.key(role)) as client:
        yield client


def answer(client: httpx.Client, path: str, **params: Any) -> Any:
    """The JSON of an address under /v1."""
    response = client.get(f"/v1/{path}", params=params or None)
    assert response.status_code == 200, response.text
    return response.json()


def slugs(client: httpx.Client, text: str) -> list[str]:
    """Products that a text finds, best first."""
    return [item["slug"] for item in answer(client, "products", q=text)["items"]]


def test_what_is_held_is_not_sent_again(reader: httpx.Client) -> None:
    """A strong tag of the very bytes; 304 without a body for it in a list, weak, or for *; 200 for any other."""
    for path in PATHS:
        must_be_asked_for_once(reader, path)


def must_be_asked_for_once(reader: httpx.Client, path: str) -> None:
    """One address."""
    first = reader.get(f"/v1/{path}")
    assert first.status_code == 200, first.text
    tag = first.headers["etag"]
    assert tag == f'"{hashlib.sha256(first.content).hexdigest()[:32]}"'
    assert first.headers["cache-control"].startswith("private, ")
    for held in (tag, f'"other", W/{tag}', "*"):
        again = reader.get(f"/v1/{path}", headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert reader.get(f"/v1/{path}", headers={"If-None-Match": '"other"'}).status_code == 200
    assert first.json()["version"]


TYPED = (
    ("番茄", "tomato"), ("西红柿", "tomato"), ("西红市", "tomato"), ("xihongshi", "tomato"), ("fanqie", "tomato"),
    ("Tomato", "tomato"), ("tomatoe", "tomato"), ("洋芋", "potato"), ("tudou", "potato"), ("平果", "apple"),
    ("hongfushi", "fuji_apple"),
)  # fmt: skip


def test_products_are_found_by_what_people_type(reader: httpx.Client) -> None:
    """In Chinese with slips and homophones, in pinyin, in English, by synonyms; each says why in both languages."""
    for text, slug in TYPED:
        items = answer(reader, "products", q=text)["items"]
        assert items[0]["slug"] == slug, text
        hit = items[0]["hit"]
        assert hit["matched"], text
        assert hit["zh"], text
        assert hit["en"], text
        scores = [item["hit"]["score"] for item in items]
        assert scores == sorted(scores, reverse=True), text


def test_what_nobody_would_find_finds_nothing(reader: httpx.Client) -> None:
    """An empty list, not everything; the number of hits is limited."""
    assert slugs(reader, "zzzzzz") == []
    assert len(answer(reader, "products", q="苹果", limit=3)["items"]) == 3
    assert reader.get("/v1/products", params={"q": "苹" * 61}).status_code == 422


def test_a_product_shows_all_that_hangs_on_it(reader: httpx.Client) -> None:
    """Ancestors, varieties, its market, the units it may be posted in, schemes, shelf life, months, synonyms."""
    fuji = answer(reader, "products/红富士苹果")
    assert (fuji["slug"], [each["slug"] for each in fuji["parents"]]) == ("fuji_apple", ["apple"])
    apple = answer(reader, "products/apple")
    assert "fuji_apple" in {each["slug"] for each in apple["varieties"]}
    assert {"apple", "fuji_apple", "apple_juice"} <= {each["slug"] for each in apple["family_members"]}
    assert [each["path"] for each in apple["category_path"]] == ["fruit", "fruit/pome"]
    units = {each["code"]: each["in_pricing_units"] for each in apple["units"]}
    assert (units["kg"], units["斤"], units["t"]) == (1, 0.5, 1000)
    assert "room-night" not in units
    schemes = {each["code"]: each for each in apple["grade_schemes"]}
    assert schemes["PLATFORM_5"]["measured"]
    assert apple["shelf_life_days"] == 150
    assert apple["temperature"] == "chilled"
    assert apple["harvest_months"] == [8, 9, 10, 11]
    assert "西红柿" in answer(reader, "products/tomato")["synonyms_zh"]
    assert reader.get("/v1/products/nothing").status_code == 404


def test_crafts_and_services_have_units_of_their_own(reader: httpx.Client) -> None:
    """Piece goods with kg per piece for transport; bookable ones in their own unit alone, without transport."""
    own = (("bamboo_basket", "piece", 600), ("farm_stay", "room-night", None), ("village_meal", "seat", None))
    for slug, unit, grams in own:
        shown = answer(reader, f"products/{slug}")
        assert (shown["pricing_unit"], shown["grams_per_piece"]) == (unit, grams)
        units = {each["code"] for each in shown["units"]}
        assert unit in units
        assert "kg" not in units


def test_units_by_recommendation_20_with_local_words_and_packs(reader: httpx.Client) -> None:
    """斤 and 担 in grams, codes of UN/ECE; a pack is a unit only with its content."""
    whole = answer(reader, "units")
    by_code = {unit["code"]: unit for unit in whole["items"]}
    assert (by_code["kg"]["rec20"], by_code["t"]["rec20"], by_code["piece"]["rec20"]) == ("KGM", "TNE", "H87")
    assert {code: by_code[code]["size"] for code in ("斤", "担", "公担")} == {
        "斤": 500,
        "担": 50_000,
        "公担": 100_000,
    }
    assert "公斤" in by_code["kg"]["aliases"]
    assert {"箱", "袋"} <= {pack["name_zh"] for pack in whole["packs"]}
    (jin,) = answer(reader, "units", q="市斤")["items"]
    assert jin["code"] == "斤"
    (box,) = answer(reader, "units", q="箱(10kg)")["items"]
    assert (box["size"], box["rec20"], box["dimension"]) == (10_000, "XBX", "mass")
    assert answer(reader, "units", q="箱")["items"] == []
    assert answer(reader, "units", q="箱(0kg)")["items"] == []


def test_counties_are_found_by_what_people_type(reader: httpx.Client) -> None:
    """Short names, former names and codes, pinyin; within a province where one is asked for."""
    typed = {"威宁": "520526", "weining": "520526", "520526": "520526", "郧县": "420304", "洪洞": "141024"}
    for text, code in typed.items():
        found = answer(reader, "counties", q=text)["items"]
        assert (found[0]["code"], bool(found[0]["hit"]["zh"])) == (code, True), text
        assert answer(reader, "counties", q=text, province="110000")["items"] == [], text


def test_a_list_and_a_province_narrow_the_search(reader: httpx.Client) -> None:
    """朝阳 is in Beijing, Liaoning and Jilin; none of them is on the list."""
    assert len(answer(reader, "counties", q="朝阳")["items"]) >= 3
    assert [each["code"] for each in answer(reader, "counties", q="朝阳", province="210000")["items"]] == [
        "211321"
    ]
    assert answer(reader, "counties", q="威宁", designation="cn-832")["items"][0]["code"] == "520526"
    assert "110105" not in {
        each["code"] for each in answer(reader, "counties", q="朝阳", designation="cn-832")["items"]
    }


def test_a_code_means_what_it_meant_on_the_day(reader: httpx.Client) -> None:
    """Of today; resolved to its successor; ambiguous with candidates; another county's on an earlier day."""
    today = answer(reader, "counties/520526")
    assert (today["status"], today["county"]["code"], today["former_meanings"]) == ("current", "520526", [])
    old = answer(reader, "counties/420321")
    assert (old["status"], old["county"]["code"]) == ("resolved", "420304")
    (meaning,) = old["former_meanings"]
    assert (meaning["name_zh"], [each["code"] for each in meaning["successors"]]) == ("郧县", ["420304"])
    assert meaning["valid_from_year"] < meaning["ended_year"]
    assert "420321" in {each["code"] for each in old["predecessors"]}
    split = answer(reader, "counties/342401")
    assert (split["status"], split["county"]) == ("ambiguous", None)
    assert [each["code"] for each in split["candidates"]] == ["341502", "341503"]
    before = answer(reader, "counties/110103", on="2009-01-01")
    assert (before["status"], before["county"]["code"]) == ("resolved", "110101")
    assert reader.get("/v1/counties/999999").status_code == 404
    assert reader.get("/v1/counties/12345").status_code == 422


def test_a_county_shows_the_lists_that_name_it_with_dates_and_source(reader: httpx.Client) -> None:
    """Also those that do not hold on the day; `in_force` tells which do."""
    facts = {
        each["list"]: each for each in answer(reader, "counties/520526", on="2020-06-01")["designations"]
    }
    assert facts["cn-832"]["in_force"]
    assert not facts["cn-key-160"]["in_force"]
    assert facts["cn-key-160"]["valid_from"] == "2021-01-01"
    assert facts["cn-832"]["source"]
    later = answer(reader, "counties/520526", on="2026-06-01")
    assert later["county"]["designations"] == ["cn-832", "cn-key-160"]


def test_the_four_counties_without_a_point_say_so(reader: httpx.Client) -> None:
    """Null, not a guess: posting there needs coordinates."""
    without = [each for each in answer(reader, "counties")["items"] if each["latitude"] is None]
    assert [each["code"] for each in without] == ["653132", "653228", "653229", "659013"]
    assert all(each["longitude"] is None for each in without)


def test_a_scheme_shows_its_limits_and_how_far_they_are_known(reader: httpx.Client) -> None:
    """Planning and recalled figures are never called official; a product narrows the limits to its own."""
    common = answer(reader, "grades/PLATFORM_5", product="potato")
    (limits,) = common["limits"]
    assert limits["products"] == "potato"
    statuses = {limit["status"] for grade in limits["grades"] for limit in grade["limits"]}
    assert statuses == {"planning"}
    assert not any(limit["official"] for grade in limits["grades"] for limit in grade["limits"])
    assert {each["code"] for each in common["attributes"]} == {
        limit["attribute"] for grade in limits["grades"] for limit in grade["limits"]
    }
    wheat = answer(reader, "grades/GB 1351")
    seen = {
        limit["status"] for each in wheat["limits"] for grade in each["grades"] for limit in grade["limits"]
    }
    assert "secondary" in seen
    assert wheat["standard_status"]
    assert reader.get("/v1/grades/nothing").status_code == 404
    assert reader.get("/v1/grades/PLATFORM_5", params={"product": "nothing"}).status_code == 404


def measured(client: httpx.Client, **body: Any) -> Any:
    """What measurements earn."""
    response = client.post("/v1/grades/measure", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_measurements_earn_a_grade_with_reasons(reader: httpx.Client) -> None:
    """The common rank, the class, and why in both languages; what is missing or unknown is for review."""
    scheme = answer(reader, "grades/PLATFORM_5", product="potato")
    best = scheme["limits"][0]["grades"][0]
    values = {limit["attribute"]: limit["value"] for limit in best["limits"]}
    earned = measured(reader, product="土豆", measurements=values)
    assert (earned["rank"], earned["grade"], earned["review"]) == (5, best["grade"], False)
    assert earned["status"] == "planning"
    assert all(reason["zh"] and reason["en"] for reason in earned["reasons"])
    assert "planning-limits" in {reason["code"] for reason in earned["reasons"]}
    assert earned["version"] == data_edition("grades").version
    better = {each["code"]: each["better"] for each in scheme["attributes"]}
    for attribute, value in values.items():
        worse = value - 1 if better[attribute] == "higher" else value + 1
        slipped = measured(reader, product="potato", measurements=values | {attribute: worse})
        assert slipped["rank"] is None or slipped["rank"] < 5
    missing = measured(reader, product="potato", measurements={"brix": 10})
    assert (missing["rank"], missing["review"]) == (None, True)
    strange = measured(reader, product="potato", measurements=values | {"colour": 1})
    assert (strange["review"], strange["reasons"][0]["code"]) == (True, "unknown-attribute")
    unknown = measured(reader, scheme="no such scheme", product="potato", measurements=values)
    assert (unknown["review"], unknown["reasons"][0]["code"]) == (True, "unknown-scheme")


def test_what_cannot_be_measured_is_named(reader: httpx.Client) -> None:
    """422 with the field."""
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"measurements": {"brix": 1}}, "product"),
        ({"product": "potato"}, "measurements"),
        ({"product": "nothing", "measurements": {"brix": 1}}, "product"),
        ({"product": "potato", "measurements": {"brix": True}}, "measurements"),
        ({"product": "potato", "measurements": {"brix": 1}, "colour": 1}, "colour"),
    ]
    for body, field in bodies:
        refused = reader.post("/v1/grades/measure", json=body)
        assert refused.status_code == 422, body
        assert field in {error["field"] for error in refused.json()["errors"]}, body


def test_every_answer_is_as_described(whole_gateway: Gateway, reader: httpx.Client) -> None:
    """Held to the schemas of /openapi.json."""
    document = description(whole_gateway)
    described = {
        "products?q=tudou": "/v1/products",
        "products/potato": "/v1/products/{slug}",
        "grades/PLATFORM_5": "/v1/grades/{scheme}",
        "counties?q=weining": "/v1/counties",
        "counties/420321": "/v1/counties/{code}",
        "counties/342401": "/v1/counties/{code}",
        "units?q=斤": "/v1/units",
        "designations": "/v1/designations",
        "designations/cn-832": "/v1/designations/{code}",
    }
    for path, template in described.items():
        schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        validate(document, schema, answer(reader, path), path)
    schema = document["paths"]["/v1/grades/measure"]["post"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    validate(document, schema, measured(reader, product="potato", measurements={"brix": 10}), "measure")
