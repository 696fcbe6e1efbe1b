"""Standing demands and demands for a category at the public door, over the real catalog."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import httpx
import pytest
from duijie_catalog.clock import day_of, utc_now
from gateway_description import description, validate
from gateway_served import Gateway, Key

pytestmark = pytest.mark.database

LEAFY: dict[str, Any] = {
    "product": "叶菜",
    "quantity": 30,
    "unit": "t",
    "bid_price": 4200,
    "county": "310115",
    "needed_from": "2090-01-10",
    "needed_to": "2090-03-31",
}


def a_buyer(gateway: Gateway, row_key: str = "buyer") -> Key:
    """The key of a new buyer."""
    with gateway.client() as admin:
        posted = admin.post("/v1/parties", json={"row_key": row_key, "name": "生鲜平台", "kind": "buyer"})
        assert posted.status_code == 201, posted.text
        return gateway.key("buyer", UUID(posted.json()["id"]))


def weekly(**changes: object) -> dict[str, object]:
    """A standing demand that has a window today, and one each day from tomorrow on."""
    body: dict[str, object] = {
        "product": "土豆", "quantity": 12.5, "unit": "t", "bid_price": 2900, "county": "310115",
        "repeats": "weekly", "weekdays": [1, 2, 3, 4, 5, 6, 7], "needed_days": 1, "lead_days": 0,
        "starts_on": day_of(utc_now()).isoformat(),
    }  # fmt: skip
    return body | changes


def as_described(gateway: Gateway, method: str, path: str, response: httpx.Response) -> None:
    """The answer is of the schema that the description gives it."""
    document = description(gateway)
    answer = document["paths"][path][method]["responses"][str(response.status_code)]
    (content_type,) = answer["content"]
    validate(document, answer["content"][content_type]["schema"], response.json(), f"{method} {path}")


def test_a_standing_demand_is_posted_read_paused_and_ended(whole_gateway: Gateway) -> None:
    """With the versions that the next step must name; what is due today is there at once, and stays."""
    with whole_gateway.client(a_buyer(whole_gateway)) as client:
        posted = client.post("/v1/standing-demands", json=weekly())
        as_described(whole_gateway, "post", "/v1/standing-demands", posted)
        made = posted.json()
        address = f"/v1/standing-demands/{made['id']}"
        assert (posted.status_code, posted.headers["location"]) == (201, address)
        assert (made["status"], made["weekdays"], made["long_contract"]) == (
            "open",
            [1, 2, 3, 4, 5, 6, 7],
            False,
        )
        opened = client.get(f"{address}/instances")
        as_described(whole_gateway, "get", "/v1/standing-demands/{id}/instances", opened)
        (item,) = opened.json()["items"]
        assert len(opened.json()["upcoming"]) == 10
        order = client.get(f"/v1/demands/{item['order_id']}").json()
        assert (order["standing_demand"], order["quantity"]) == (made["id"], 12.5)
        assert client.patch(address, json={"status": "paused"}).status_code == 428
        seen = {"If-Match": posted.headers["etag"]}
        paused = client.patch(address, json={"status": "paused"}, headers=seen)
        as_described(whole_gateway, "patch", "/v1/standing-demands/{id}", paused)
        assert client.patch(address, json={"quantity": 1}, headers=seen).status_code == 412
        ended = client.delete(address, headers={"If-Match": paused.headers["etag"]})
        assert (ended.status_code, ended.json()["status"]) == (200, "ended")
        assert client.get(f"/v1/demands/{item['order_id']}").json()["status"] == "open"
        listed = client.get("/v1/standing-demands", params={"status": "ended"})
        as_described(whole_gateway, "get", "/v1/standing-demands", listed)
        assert [each["id"] for each in listed.json()["items"]] == [made["id"]]


def test_a_preview_answers_and_stores_nothing(whole_gateway: Gateway) -> None:
    """What would be open now, and what would come; a bad field is named as at posting."""
    with whole_gateway.client(a_buyer(whole_gateway)) as client:
        answer = client.post("/v1/standing-demands/preview", json=weekly(lead_days=1))
        as_described(whole_gateway, "post", "/v1/standing-demands/preview", answer)
        today = day_of(utc_now())
        assert [window["needed_from"] for window in answer.json()["due"]] == [
            today.isoformat(),
            (today + dt.timedelta(1)).isoformat(),
        ]
        refused = client.post("/v1/standing-demands/preview", json=weekly(weekdays=["someday"]))
        assert [error["field"] for error in refused.json()["errors"]] == ["weekdays"]
        assert client.get("/v1/standing-demands").json()["items"] == []


def test_pages_are_bound_to_their_reader(whole_gateway: Gateway) -> None:
    """A cursor goes on where it stopped, and is nobody else's."""
    first, second = a_buyer(whole_gateway), a_buyer(whole_gateway, "other")
    with whole_gateway.client(first) as client:
        ids = [client.post("/v1/standing-demands", json=weekly()).json()["id"] for _ in range(3)]
        page = client.get("/v1/standing-demands", params={"limit": 2}).json()
        rest = client.get("/v1/standing-demands", params={"limit": 2, "cursor": page["next"]}).json()
        assert [item["id"] for item in page["items"] + rest["items"]] == ids
        assert rest["next"] is None
        address = f"/v1/standing-demands/{ids[0]}/instances"
    with whole_gateway.client(second) as client:
        assert client.get("/v1/standing-demands", params={"cursor": page["next"]}).status_code == 422
        assert client.get("/v1/standing-demands").json()["items"] == []
        assert client.get(address).status_code == 404


def test_staff_see_what_is_for_their_area_without_what_is_private(whole_gateway: Gateway) -> None:
    """Those of Shanghai see it, those of Guizhou do not."""
    with whole_gateway.client(a_buyer(whole_gateway)) as client:
        body = weekly(note="后门卸货", reserve_price=3000)
        made = client.post("/v1/standing-demands", json=body).json()
    assert (made["note"], made["reserve_price"]) == ("后门卸货", 3000)
    address = f"/v1/standing-demands/{made['id']}"
    for county, status in (("310115", 200), ("520526", 404)):
        with whole_gateway.client(whole_gateway.key("staff", county=county)) as staff:
            found = staff.get(address)
            assert found.status_code == status
            assert staff.get(f"{address}/instances").status_code == status
            assert len(staff.get("/v1/standing-demands").json()["items"]) == (status == 200)
            assert "后门卸货" not in found.text
            assert "reserve_price" not in found.text


def test_a_demand_for_a_category_is_one_demand_with_children(whole_gateway: Gateway) -> None:
    """Posted, listed and read as one; a child is read, never changed alone."""
    with whole_gateway.client(a_buyer(whole_gateway)) as client:
        posted = client.post("/v1/demands", json=LEAFY)
        as_described(whole_gateway, "post", "/v1/demands", posted)
        demand = posted.json()
        assert (demand["product"], demand["remaining"], len(demand["children"])) == (
            "vegetables/leafy",
            30,
            19,
        )
        listed = client.get("/v1/demands")
        as_described(whole_gateway, "get", "/v1/demands", listed)
        assert [item["id"] for item in listed.json()["items"]] == [demand["id"]]
        child = f"/v1/demands/{demand['children'][0]['id']}"
        read = client.get(child)
        as_described(whole_gateway, "get", "/v1/demands/{id}", read)
        assert (read.json()["parent"], read.json()["market"]) == (
            demand["id"],
            demand["children"][0]["market"],
        )
        for refused in (
            client.patch(child, json={"quantity": 5}, headers={"If-Match": '"1"'}),
            client.delete(child, headers={"If-Match": '"1"'}),
        ):
            assert (refused.status_code, refused.json()["code"]) == (409, "child-of-category")
        amended = client.patch(
            f"/v1/demands/{demand['id']}", json={"quantity": 20}, headers={"If-Match": posted.headers["etag"]}
        )
        assert amended.json()["remaining"] == 20
        assert client.get(child).json()["quantity"] == 20
        by_piece = client.post("/v1/demands", json=LEAFY | {"unit": "个"})
        assert [error["code"] for error in by_piece.json()["errors"]] == ["category-by-mass"]
