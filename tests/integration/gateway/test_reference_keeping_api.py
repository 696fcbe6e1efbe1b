"""What staff and buyers keep of reference data, through the door: county lists, own schemes, grades to be placed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from gateway_description import description, validate
from gateway_served import Gateway
from workbooks import workbook_of

pytestmark = pytest.mark.database

WEINING = "520526"
HEAD = {
    "effective_from": "2020-01-01",
    "title_zh": "示范县",
    "title_en": "Demonstration counties",
    "source": "Notice 12",
}
EDITIONS = "/v1/designations/demo-counties/editions"
SCHEME = {
    "code": "fresh-potato",
    "title": "鲜薯收购标准",
    "products": ["potato"],
    "grades": [
        {"code": "A", "rank": 5, "limits": {"unit_weight_g": 200}},
        {"code": "B", "rank": 3, "limits": {"unit_weight_g": 80}},
    ],
}
OFFER = {
    "product": "potato", "quantity": 30, "unit": "t", "ask_price": 1600, "county": "532523",
    "available_from": "2090-01-10", "available_to": "2090-03-31",
}  # fmt: skip


def party(gateway: Gateway, kind: str) -> httpx.Client:
    """A client of a new party of that kind."""
    with gateway.client() as admin:
        made = admin.post("/v1/parties", json={"row_key": kind, "name": "企业", "kind": kind})
        assert made.status_code == 201, made.text
    return gateway.client(gateway.key(kind, UUID(made.json()["id"])))


def described(document: dict[str, Any], method: str, path: str, response: httpx.Response) -> None:
    """Hold an answer to the description of its status."""
    answers = document["paths"][path][method]["responses"]
    (content,) = answers[str(response.status_code)]["content"].values()
    validate(document, content["schema"], response.json(), f"{method} {path}")


def test_an_uploaded_list_is_seen_everywhere_at_once(whole_gateway: Gateway) -> None:
    """In the list of lists, at its county, in searches and as a filter of matches; gone again after its end."""
    document = description(whole_gateway)
    with whole_gateway.client() as admin:
        before = admin.get(f"/v1/counties/{WEINING}")
        refused = admin.get("/v1/matches", params={"designation": "demo-counties"})
        assert refused.json()["errors"][0]["code"] == "unknown-designation"
        dry = admin.post(EDITIONS, params=HEAD | {"dry_run": "true"}, content=f"county\n{WEINING}\n".encode())
        assert dry.status_code == 200
        assert [county["code"] for county in dry.json()["added"]] == [WEINING]
        described(document, "post", "/v1/designations/{code}/editions", dry)
        assert admin.get("/v1/designations/demo-counties").status_code == 404
        made = admin.post(EDITIONS, params=HEAD, content=workbook_of(("county", "name"), (WEINING, "威宁县")))
        assert made.status_code == 201, made.text
        described(document, "post", "/v1/designations/{code}/editions", made)

        county = admin.get(f"/v1/counties/{WEINING}", headers={"If-None-Match": before.headers["etag"]})
        assert county.status_code == 200
        (fact,) = [fact for fact in county.json()["designations"] if fact["list"] == "demo-counties"]
        assert (fact["in_force"], fact["edition_from"], fact["source"]) == (True, "2020-01-01", "Notice 12")
        assert county.json()["version"] != before.json()["version"]
        named = admin.get("/v1/counties", params={"designation": "demo-counties"}).json()["items"]
        assert [each["code"] for each in named] == [WEINING]
        assert admin.get("/v1/matches", params={"designation": "demo-counties"}).status_code == 200
        assert admin.get("/v1/listings", params={"designation": "demo-counties"}).status_code == 200
        one = admin.get("/v1/designations/demo-counties")
        described(document, "get", "/v1/designations/{code}", one)
        assert (one.json()["counties"], one.json()["editions"][0]["entries"]) == (1, 1)
        assert one.json()["editions"][0]["uploaded_at"]
        assert [entry["listed_name"] for entry in one.json()["entries"]] == ["威宁县"]

        body = {"on": "2021-01-01", "source": "Notice 13"}
        ended = admin.post("/v1/designations/demo-counties/end", json=body)
        assert ended.status_code == 201, ended.text
        after = admin.get("/v1/designations/demo-counties").json()
        assert (after["counties"], after["entries"]) == (0, [])
        assert [edition["last_day"] for edition in after["editions"]] == ["2020-12-31", None]
        then = admin.get("/v1/designations/demo-counties", params={"on": "2020-12-31"}).json()
        assert then["counties"] == 1


def test_a_list_that_cannot_be_taken_is_refused_by_row(whole_gateway: Gateway) -> None:
    """422 with the cell, or in a dry run the problem with its candidates."""
    with whole_gateway.client() as admin:
        refused = admin.post(EDITIONS, params=HEAD, content=b"county\n342401\n")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "rows.2.county"
        dry = admin.post(EDITIONS, params=HEAD | {"dry_run": "true"}, content=b"county\n342401\n")
        (problem,) = dry.json()["problems"]
        assert (problem["row"], problem["candidates"]) == (2, ["341502", "341503"])
        huge = admin.post(EDITIONS, params=HEAD, content=b"county\n" + b"5" * 5_000_000)
        assert huge.status_code == 413
        long = admin.post(EDITIONS, params=HEAD, content=b"county\n" + b"\n" * 400_000)
        assert long.status_code == 422


def test_staff_of_an_area_keep_no_lists(whole_gateway: Gateway) -> None:
    """A list speaks of the whole country; they read it like everybody."""
    key = whole_gateway.key("staff", county="520000")
    with whole_gateway.client(key) as staff:
        assert staff.post(EDITIONS, params=HEAD, content=b"county\n520526\n").status_code == 403
        assert staff.post("/v1/designations/cn-832/end", json={"on": "2027-01-01"}).status_code == 403
        assert staff.get("/v1/designations").status_code == 200


def test_without_a_catalog_nobody_guesses_which_lists_there_are(gateway: Gateway) -> None:
    """503 where it was never asked; lists of the release are known as filters without asking."""
    with gateway.client() as admin:
        assert admin.get("/v1/counties").status_code == 503
        assert admin.get("/v1/designations").status_code == 503
        assert admin.get("/v1/matches", params={"designation": "cn-832"}).status_code == 200
        assert admin.get("/v1/matches", params={"designation": "demo-counties"}).status_code == 503


def test_a_buyers_scheme_is_published_read_and_measured_by(whole_gateway: Gateway) -> None:
    """A seller who has the reference reads it and may measure and post by it; others' lists stay their own."""
    document = description(whole_gateway)
    with party(whole_gateway, "buyer") as buyer, party(whole_gateway, "producer") as seller:
        made = buyer.post("/v1/grade-schemes", json=SCHEME)
        assert (made.status_code, made.json()["version"]) == (201, 1)
        described(document, "post", "/v1/grade-schemes", made)
        reference = made.json()["reference"]
        again = buyer.post("/v1/grade-schemes", json=SCHEME)
        assert (again.status_code, again.json()["reference"]) == (200, reference)
        described(document, "get", "/v1/grade-schemes", buyer.get("/v1/grade-schemes"))
        assert seller.get("/v1/grade-schemes").json()["items"] == []
        assert seller.post("/v1/grade-schemes", json=SCHEME).status_code == 403

        shown = seller.get(f"/v1/grades/{reference}")
        described(document, "get", "/v1/grades/{scheme}", shown)
        assert shown.json()["limits"][0]["grades"][0]["limits"][0]["value"] == 200
        assert shown.json()["limits"][0]["grades"][0]["limits"][0]["official"] is False
        assert seller.get("/v1/grades/own:buyer/none").status_code == 404
        body = {"scheme": "own:buyer/fresh-potato", "product": "potato", "measurements": {"单个重量": 199}}
        earned = seller.post("/v1/grades/measure", json=body).json()
        assert (earned["rank"], earned["grade"], earned["scheme"]) == (3, "B", reference)
        posted = seller.post("/v1/offers", json=OFFER | {"grade_scheme": reference, "grade": "A"})
        assert (posted.status_code, posted.json()["grade_scheme"]) == (201, reference)


def test_a_refused_grade_is_reviewed_and_then_taken(whole_gateway: Gateway) -> None:
    """From the refusal through staff's decision to the same posting; the answers are as described."""
    document = description(whole_gateway)
    body = OFFER | {"grade_scheme": "本地标准", "grade": "头货"}
    with party(whole_gateway, "producer") as seller, whole_gateway.client() as staff:
        assert seller.post("/v1/offers", json=body).status_code == 422
        listed = staff.get("/v1/grade-reviews", params={"status": "open"})
        described(document, "get", "/v1/grade-reviews", listed)
        (item,) = listed.json()["items"]
        assert (item["scheme"], item["grade"], item["count"]) == ("本地标准", "头货", 1)
        decided = staff.post(f"/v1/grade-reviews/{item['id']}", json={"rank": 4, "note": "相当于一级"})
        described(document, "post", "/v1/grade-reviews/{id}", decided)
        assert decided.json()["decisions"][0]["by_key"]
        assert seller.post("/v1/offers", json=body).status_code == 201
        assert staff.get("/v1/grade-reviews", params={"status": "open"}).json()["items"] == []
