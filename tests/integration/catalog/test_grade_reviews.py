"""What nobody has placed is refused, noted, placed by staff, and then taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]


def post(catalog: Any, body: dict[str, object]) -> Any:
    """Post an offer of p1's."""
    return catalog.client.post("/orders/offers", json=body, headers=catalog.as_party("p1"))


def reviews(catalog: Any, **params: object) -> list[dict[str, Any]]:
    """What waits for staff."""
    listed = catalog.client.get("/grade-reviews", params=params, headers=catalog.as_operator())
    assert listed.status_code == 200, listed.text
    found: list[dict[str, Any]] = listed.json()["items"]
    return found


def decide(catalog: Any, item: dict[str, Any], status: int = 200, **body: object) -> Any:
    """Staff's word on an item."""
    headers = catalog.as_operator(**{"X-Key-Id": "00000000-0000-0000-0000-0000000000aa"})
    made = catalog.client.post(f"/grade-reviews/{item['id']}", json=body, headers=headers)
    assert made.status_code == status, made.text
    return made.json()


def test_refused_reviewed_decided_taken(catalog: Any, an_offer: Body) -> None:
    """The same posting is refused before the decision and has the rank it says after; the note has no party."""
    body = an_offer(grade_scheme="本地 标准", grade="头货")
    refused = post(catalog, body)
    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown-scheme"]
    (item,) = reviews(catalog)
    assert {
        name: item[name] for name in ("scheme", "grade", "measurements", "product", "count", "status")
    } == {
        "scheme": "本地 标准",
        "grade": "头货",
        "measurements": [],
        "product": "potato",
        "count": 1,
        "status": "open",
    }
    assert str(catalog.parties["p1"]) not in str(item)
    decided = decide(catalog, item, rank=4, note="相当于一级")
    assert decided["status"] == "mapped"
    (decision,) = decided["decisions"]
    assert (decision["rank"], decision["scope"], decision["product"]) == (4, "product", "potato")
    assert decision["by_role"] == "admin"
    assert decision["by_key"].endswith("aa")
    assert decision["at"]
    taken = post(catalog, body)
    assert taken.status_code == 201, taken.text
    assert (taken.json()["grade_scheme"], taken.json()["grade"]) == ("本地 标准", "头货")
    (found,) = catalog.rows("SELECT grade FROM orders")
    assert found == (4,)
    assert reviews(catalog, status="open") == []


def test_the_same_unknown_is_one_item_however_it_is_spelled(catalog: Any, an_offer: Body) -> None:
    """Width and case do not count; product, grade and scheme do."""
    for grade in ("Top Grade", "top  grade", "ＴＯＰ　ＧＲＡＤＥ"):
        assert post(catalog, an_offer(grade=grade)).status_code == 422
    post(catalog, an_offer(grade="Top Grade", product="tomato"))
    post(catalog, an_offer(grade="Top Grade", grade_scheme="CN_TRADE"))
    counts = [(item["scheme"], item["product"], item["count"]) for item in reviews(catalog)]
    assert counts == [("", "potato", 3), ("", "tomato", 1), ("CN_TRADE", "potato", 1)]


def test_amendments_and_demands_are_noted_too(catalog: Any, an_offer: Body) -> None:
    """Whatever is refused for its grade alone or beside other fields."""
    posted = post(catalog, an_offer())
    amended = catalog.client.patch(
        posted.headers["location"],
        json={"grade": "头货", "quantity": -1},
        headers=catalog.as_party("p1", **{"If-Match": '"1"'}),
    )
    assert amended.status_code == 422
    demand = {
        "product": "potato", "min_grade": "头货", "quantity": 5, "unit": "t", "county": "310115",
        "needed_from": "2026-11-25", "needed_to": "2027-01-20",
    }  # fmt: skip
    catalog.client.post("/orders/demands", json=demand, headers=catalog.as_party("p1"))
    assert [(item["grade"], item["count"]) for item in reviews(catalog)] == [("头货", 2)]


def test_rows_of_files_are_noted_dry_or_not_and_taken_once_placed(catalog: Any) -> None:
    """Each refused row counts; after the decision the very same file is taken."""
    catalog.as_party("p1")
    header = "row_key,party,product,grade,quantity,unit,county,available_from,available_to\n"
    rows = "".join(f"o{n},p1,potato,头货,3,t,520526,2026-11-25,2027-01-20\n" for n in range(3))
    for flags in ({"dry_run": "true"}, {}, {"atomic": "true"}):
        done = catalog.finished(catalog.import_("offers", header + rows, **flags))
        assert (done["refused"], done["created"]) == (3, 0)
    (item,) = reviews(catalog)
    assert item["count"] == 9
    decide(catalog, item, rank=2)
    done = catalog.finished(catalog.import_("offers", header + rows))
    assert (done["created"], done["refused"]) == (3, 0)
    again = catalog.finished(catalog.import_("offers", header + rows))
    assert (again["unchanged"], again["amended"]) == (3, 0)
    assert catalog.rows("SELECT DISTINCT grade FROM orders") == [(2,)]


def test_measurements_without_limits_are_placed_as_they_are(catalog: Any, an_offer: Body) -> None:
    """By the same values, however they are written; others stay unknown."""
    body = an_offer(grade=None, grade_scheme="CN_TRADE", measurements={"unit_weight_g": 200})
    assert [error["code"] for error in post(catalog, body).json()["errors"]] == ["not-graded"]
    (item,) = reviews(catalog)
    assert (item["grade"], item["measurements"]) == ("", ["unit_weight_g=200"])
    decide(catalog, item, rank=3)
    assert post(catalog, body | {"measurements": {"unit_weight_g": 200.0}}).status_code == 201
    assert post(catalog, body | {"measurements": {"unit_weight_g": 201}}).status_code == 422
    (_, heavier) = reviews(catalog)
    lower = decide(catalog, heavier, status=422, rank=2)
    assert [(error["field"], error["code"]) for error in lower["errors"]] == [("rank", "not-monotone")]
    decide(catalog, heavier, rank=3)


def test_where_the_order_is_known_a_better_class_is_never_lower(catalog: Any, an_offer: Body) -> None:
    """Beside what staff have placed of the scheme for products that both grade, and for no other."""
    for product, grade in (("potato", "一等"), ("potato", "二等"), ("tomato", "二等")):
        post(catalog, an_offer(product=product, grade=grade, grade_scheme="厂标"))
    first, second, tomato = reviews(catalog)
    decide(catalog, first, rank=3)
    refused = decide(catalog, second, status=422, rank=4)
    assert refused["errors"][0]["code"] == "not-monotone"
    assert "一等" in refused["errors"][0]["zh"]
    decide(catalog, second, rank=3)
    decide(catalog, tomato, rank=4)
    assert decide(catalog, first, status=422, rank=2)["errors"][0]["code"] == "not-monotone"


def test_a_decision_holds_for_a_product_with_its_varieties_or_for_its_family(
    catalog: Any, an_offer: Body
) -> None:
    """Not for other products unless staff say so; the nearer one wins."""
    apple, fuji, juice = (
        an_offer(product=product, grade="头货", unit="kg")
        for product in ("apple", "fuji_apple", "apple_juice")
    )
    for body in (apple, juice):
        assert post(catalog, body).status_code == 422
    whole, nearer = reviews(catalog)
    decide(catalog, whole, rank=2)
    assert post(catalog, fuji).status_code == 201
    assert post(catalog, juice).status_code == 422
    decide(catalog, whole, rank=2, scope="family")
    assert post(catalog, juice).status_code == 201
    decide(catalog, nearer, rank=1)
    assert post(catalog, juice).status_code == 201
    ranks = catalog.rows("SELECT product, grade FROM orders ORDER BY sequence")
    assert ranks == [("fuji_apple", 2), ("apple_juice", 2), ("apple_juice", 1)]


def test_a_later_decision_replaces_an_earlier_one_and_both_are_kept(catalog: Any, an_offer: Body) -> None:
    """Dismissing takes the place back; what was accepted meanwhile keeps its rank."""
    body = an_offer(grade="头货")
    post(catalog, body)
    (item,) = reviews(catalog)
    decide(catalog, item, rank=5)
    first = post(catalog, body)
    decide(catalog, item, rank=3)
    second = post(catalog, body)
    dismissed = decide(catalog, item, dismissed=True, note="不是等级")
    assert dismissed["status"] == "dismissed"
    assert [each["rank"] for each in dismissed["decisions"] if each["rank"]] == [3, 5]
    assert dismissed["decisions"][0]["note"] == "不是等级"
    assert (first.status_code, second.status_code, post(catalog, body).status_code) == (201, 201, 422)
    assert catalog.rows("SELECT grade FROM orders ORDER BY sequence") == [(5,), (3,)]
    (again,) = reviews(catalog)
    assert (again["status"], again["count"]) == ("dismissed", 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rank"),
        ({"rank": 3, "dismissed": True}, "rank"),
        ({"rank": 0}, "rank"),
        ({"rank": 6}, "rank"),
        ({"rank": 2.5}, "rank"),
        ({"rank": "3"}, "rank"),
        ({"rank": 3, "scope": "all"}, "scope"),
        ({"rank": 3, "colour": "red"}, "colour"),
    ],
)
def test_a_decision_says_one_thing(catalog: Any, an_offer: Body, body: dict[str, object], field: str) -> None:
    """422 naming the field; the item stays open."""
    post(catalog, an_offer(grade="头货"))
    (item,) = reviews(catalog)
    refused = decide(catalog, item, status=422, **body)
    assert field in {error["field"] for error in refused["errors"]}
    assert reviews(catalog)[0]["status"] == "open"


def test_reviews_are_the_operators(catalog: Any) -> None:
    """A party may neither read nor decide."""
    party = catalog.as_party("p1")
    assert catalog.client.get("/grade-reviews", headers=party).status_code == 403
    nowhere = "/grade-reviews/00000000-0000-0000-0000-000000000001"
    assert catalog.client.post(nowhere, json={"rank": 3}, headers=party).status_code == 403
    assert catalog.client.post(nowhere, json={"rank": 3}, headers=catalog.as_operator()).status_code == 404


def test_nobody_fills_the_list_with_nonsense(
    catalog: Any, an_offer: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the limit of undecided items new ones are refused as ever and no longer noted; known ones still count."""
    monkeypatch.setattr("duijie_catalog.reference.grade_reviews.MOST_OPEN", 2)
    for grade in ("甲货", "乙货", "丙货", "甲货"):
        assert post(catalog, an_offer(grade=grade)).status_code == 422
    assert [(item["grade"], item["count"]) for item in reviews(catalog)] == [("甲货", 2), ("乙货", 1)]
