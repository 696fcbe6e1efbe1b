"""A buyer's own grade schemes: published in versions, and orders that are graded by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
BETTER: dict[str, object] = {"code": "A", "name_zh": "甲", "rank": 5, "limits": {"unit_weight_g": 200.5}}
WORSE: dict[str, object] = {"code": "B", "name_zh": "乙", "rank": 3, "limits": {"unit_weight_g": 80}}


def scheme(**changes: object) -> dict[str, object]:
    """An acceptable scheme with changes."""
    body: dict[str, object] = {
        "code": "fresh-potato",
        "title": "鲜薯收购标准",
        "products": ["土豆"],
        "grades": [BETTER, WORSE],
    }
    return body | changes


def buyer(catalog: Any, row_key: str = "b1", kind: str = "buyer") -> dict[str, str]:
    """Headers of a buyer's request."""
    if row_key not in catalog.parties:
        body = {"row_key": row_key, "name": "电商", "kind": kind}
        made = catalog.client.post("/parties", json=body, headers=catalog.as_operator())
        assert made.status_code == 201, made.text
        catalog.parties[row_key] = made.json()["id"]
    found: dict[str, str] = catalog.as_party(row_key) | {"X-Role": kind}
    return found


def publish(catalog: Any, body: dict[str, object], status: int = 201) -> dict[str, Any]:
    """Publish for b1 and return what is answered."""
    made = catalog.client.post("/grade-schemes", json=body, headers=buyer(catalog))
    assert made.status_code == status, made.text
    answer: dict[str, Any] = made.json()
    return answer


def post(catalog: Any, body: dict[str, object], status: int = 201) -> dict[str, Any]:
    """Post an offer of p1's."""
    made = catalog.client.post("/orders/offers", json=body, headers=catalog.as_party("p1"))
    assert made.status_code == status, made.text
    answer: dict[str, Any] = made.json()
    return answer


def grades(catalog: Any) -> list[int]:
    """The common ranks of all orders, oldest first."""
    return [grade for (grade,) in catalog.rows("SELECT grade FROM orders ORDER BY sequence")]


def test_a_scheme_has_versions_and_the_same_again_is_none(catalog: Any) -> None:
    """201 for what is new, 200 for what stands; each version under a reference of its own that stays."""
    first = publish(catalog, scheme())
    assert (first["version"], first["reference"]) == (1, f"own:{catalog.parties['b1']}/fresh-potato@1")
    assert first["products"] == ["potato"]
    assert publish(catalog, scheme(), status=200)["reference"] == first["reference"]
    second = publish(catalog, scheme(title="鲜薯收购标准 2027"))
    assert (second["version"], second["title"]) == (2, "鲜薯收购标准 2027")
    listed = catalog.client.get("/grade-schemes", headers=buyer(catalog)).json()["items"]
    assert [item["version"] for item in listed] == [1, 2]
    assert catalog.client.get("/grade-schemes", headers=buyer(catalog, "b2")).json()["items"] == []
    assert len(catalog.client.get("/grade-schemes", headers=catalog.as_operator()).json()["items"]) == 2


def test_a_scheme_that_is_not_monotone_is_refused(catalog: Any) -> None:
    """A worse class with a better rank or a stricter limit, named by its path; nothing is stored."""
    rising = publish(catalog, scheme(grades=[WORSE, BETTER | {"limits": {}}]), status=422)
    assert ("grades.1.rank", "rank-rises") in {(each["field"], each["code"]) for each in rising["errors"]}
    stricter = publish(
        catalog, scheme(grades=[BETTER, WORSE | {"limits": {"unit_weight_g": 201}}]), status=422
    )
    assert [each["field"] for each in stricter["errors"]] == ["grades.1.limits.unit_weight_g"]
    unknown = publish(catalog, scheme(colour="red", title=""), status=422)
    assert {each["field"] for each in unknown["errors"]} == {"colour", "title"}
    assert catalog.rows("SELECT count(*) FROM grade_schemes") == [(0,)]


def test_only_buyers_and_processors_publish(catalog: Any) -> None:
    """A producer's word on its own goods is no standard; the operator buys nothing."""
    for headers in (catalog.as_party("p1"), catalog.as_operator()):
        assert catalog.client.post("/grade-schemes", json=scheme(), headers=headers).status_code == 403
    processor = buyer(catalog, "w1", "processor")
    assert catalog.client.post("/grade-schemes", json=scheme(), headers=processor).status_code == 201


def test_orders_are_graded_by_a_buyers_scheme(catalog: Any, an_offer: Body) -> None:
    """By class or by measurement, by row key or id, on both sides; the order shows the version."""
    pinned = publish(catalog, scheme())["reference"]
    by_class = post(catalog, an_offer(grade_scheme="own:b1/fresh-potato", grade="乙"))
    assert (by_class["grade_scheme"], by_class["grade"]) == (pinned, "乙")
    post(catalog, an_offer(grade_scheme=pinned, grade=None, measurements={"unit_weight_g": 200.5}))
    post(catalog, an_offer(grade_scheme=pinned, grade=None, measurements={"unit_weight_g": 200}))
    demand = {
        "product": "potato", "grade_scheme": "own:b1/FRESH-POTATO", "min_grade": "A", "quantity": 5, "unit": "t",
        "county": "310115", "needed_from": "2026-11-25", "needed_to": "2027-01-20",
    }  # fmt: skip
    made = catalog.client.post("/orders/demands", json=demand, headers=buyer(catalog))
    assert (made.status_code, made.json()["grade_scheme"]) == (201, pinned)
    assert grades(catalog) == [3, 5, 3, 5]
    assert [body.grade for _, body, _ in catalog.outbox() if getattr(body, "side", "")] == [3, 5, 3, 5]


def test_orders_keep_the_version_they_were_posted_under(catalog: Any, an_offer: Body) -> None:
    """An amended scheme re-grades nothing; new orders take it; the old version can still be named."""
    publish(catalog, scheme())
    body = an_offer(grade_scheme="own:b1/fresh-potato", grade="B")
    old = post(catalog, body)
    publish(catalog, scheme(grades=[BETTER, WORSE | {"rank": 1}]))
    assert post(catalog, body)["grade_scheme"].endswith("@2")
    assert post(catalog, body | {"grade_scheme": "own:b1/fresh-potato@1"})["grade_scheme"].endswith("@1")
    amended = catalog.client.patch(
        f"/orders/offers/{old['id']}",
        json={"quantity": 20},
        headers=catalog.as_party("p1", **{"If-Match": '"1"'}),
    )
    assert (amended.status_code, amended.json()["grade_scheme"]) == (200, old["grade_scheme"])
    assert grades(catalog) == [3, 1, 3]
    moved = catalog.client.patch(
        f"/orders/offers/{old['id']}",
        json={"grade_scheme": "own:b1/fresh-potato"},
        headers=catalog.as_party("p1", **{"If-Match": '"2"'}),
    )
    assert moved.json()["grade_scheme"].endswith("@2")
    assert grades(catalog)[0] == 1


def test_a_file_read_again_changes_nothing_though_the_scheme_was_amended(catalog: Any) -> None:
    """A row means the version it was posted under, unless it names another."""
    publish(catalog, scheme())
    catalog.as_party("p1")
    header = "row_key,party,product,grade_scheme,grade,quantity,unit,county,available_from,available_to\n"
    row = "o1,p1,potato,own:b1/fresh-potato{},B,3,t,520526,2026-11-25,2027-01-20\n"
    assert catalog.finished(catalog.import_("offers", header + row.format("")))["created"] == 1
    publish(catalog, scheme(grades=[BETTER, WORSE | {"rank": 1}]))
    again = catalog.finished(catalog.import_("offers", header + row.format("")))
    assert (again["unchanged"], again["amended"]) == (1, 0)
    named = catalog.finished(catalog.import_("offers", header + row.format("@2")))
    assert (named["unchanged"], named["amended"]) == (0, 1)
    assert grades(catalog) == [1]


@pytest.mark.parametrize(
    "reference",
    ["own:b1/other", "own:nobody/fresh-potato", "own:b1/fresh-potato@2", "own:b1", "own:", "own:b1/"],
)
def test_a_reference_that_names_nothing_is_refused_and_not_reviewed(
    catalog: Any, an_offer: Body, reference: str
) -> None:
    """422 at the scheme."""
    publish(catalog, scheme())
    refused = post(catalog, an_offer(grade_scheme=reference, grade="A"), status=422)
    assert [(each["field"], each["code"]) for each in refused["errors"]] == [
        ("grade_scheme", "unknown-scheme")
    ]
    assert catalog.rows("SELECT count(*) FROM grade_reviews") == [(0,)]


def test_a_class_or_product_that_the_scheme_does_not_have_is_refused(catalog: Any, an_offer: Body) -> None:
    """Never guessed; staff may place it."""
    publish(catalog, scheme())
    for changes in ({"grade": "C"}, {"grade": "A", "product": "tomato"}):
        body = an_offer(grade_scheme="own:b1/fresh-potato") | changes
        assert [each["code"] for each in post(catalog, body, status=422)["errors"]] == ["unknown-grade"]
    assert catalog.rows("SELECT grade, product FROM grade_reviews ORDER BY grade") == [
        ("A", "tomato"),
        ("C", "potato"),
    ]


def test_whoever_has_the_reference_can_read_the_scheme(catalog: Any) -> None:
    """Sellers grade by it, so they must; the newest version without a number; 404 for what is not there."""
    publish(catalog, scheme())
    publish(catalog, scheme(title="鲜薯收购标准 2027"))

    def read(reference: str) -> Any:
        return catalog.client.get(
            "/grade-schemes/by-reference", params={"reference": reference}, headers=catalog.as_party("p1")
        )

    assert read("own:b1/fresh-potato").json()["version"] == 2
    assert read("own:b1/fresh-potato@1").json()["title"] == "鲜薯收购标准"
    assert read("own:b1/none").status_code == 404


def test_a_buyer_has_only_so_many_versions(catalog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """409 past the limit; what stands still answers."""
    monkeypatch.setattr("duijie_catalog.reference.grade_schemes.MOST_SCHEMES", 2)
    for title, status in (("一", 201), ("二", 201), ("三", 409), ("二", 200)):
        publish(catalog, scheme(title=title), status=status)
