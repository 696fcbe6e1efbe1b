"""County lists that staff keep: editions with their dates, and the orders that follow them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from duijie_catalog import handlers
from duijie_catalog.handlers import Caller
from duijie_catalog.kinds import OFFERS
from duijie_catalog.unit_of_work import unit_of_work

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
WEINING, SHOUGUANG = "520526", "370783"
HEAD = {
    "title_zh": "示范县",
    "title_en": "Demonstration counties",
    "source": "Notice 12",
    "effective_from": "2026-11-01",
}


def upload(
    catalog: Any, rows: str, code: str = "demo-counties", status: int = 201, **changes: object
) -> dict[str, Any]:
    """Upload a list and return what is answered."""
    made = catalog.client.post(
        f"/designations/{code}/editions",
        params=HEAD | changes,
        content=rows.encode(),
        headers=catalog.as_operator(),
    )
    assert made.status_code == status, made.text
    answer: dict[str, Any] = made.json()
    return answer


def post(catalog: Any, body: dict[str, object]) -> str:
    """Post an offer and return its id."""
    made = catalog.client.post("/orders/offers", json=body, headers=catalog.as_party("p1"))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def published(catalog: Any, id_: str) -> list[tuple[int, tuple[str, ...]]]:
    """Versions of an order on the topic, each with its designations."""
    return [(body.version, body.designations) for row, body, _ in catalog.outbox() if row.key == id_]


def work(catalog: Any) -> None:
    """Let the worker do what there is to do."""
    worker = catalog.worker()
    while worker.step():
        pass


def test_an_uploaded_list_reaches_the_orders_of_its_counties(catalog: Any, an_offer: Body) -> None:
    """What is live is published anew with the next version; what comes later carries it; others are left alone."""
    live, other = post(catalog, an_offer()), post(catalog, an_offer(county=SHOUGUANG))
    made = upload(catalog, f"county,name\n{WEINING},威宁县\n")
    assert [county["code"] for county in made["added"]] == [WEINING]
    assert (made["stored"], made["rows"], made["ended"], made["changes_today"]) == (True, 1, [], 1)
    work(catalog)
    later = post(catalog, an_offer())
    lists = ("cn-832", "cn-key-160")
    assert published(catalog, live) == [(1, lists), (2, (*lists, "demo-counties"))]
    assert published(catalog, later) == [(1, (*lists, "demo-counties"))]
    assert published(catalog, other) == [(1, ())]
    assert catalog.rows("SELECT count(*) FROM designation_refreshes") == [(0,)]


def test_withdrawn_orders_and_drafts_are_not_stirred(catalog: Any, an_offer: Body) -> None:
    """Only what is live has anything to say."""
    gone = post(catalog, an_offer())
    catalog.client.delete(f"/orders/offers/{gone}", headers=catalog.as_party("p1", **{"If-Match": '"1"'}))
    draft = post(catalog, an_offer(status="draft"))
    upload(catalog, f"county\n{WEINING}\n")
    work(catalog)
    assert [version for version, _ in published(catalog, gone)] == [1, 2]
    assert published(catalog, draft) == []
    assert catalog.rows("SELECT version FROM orders WHERE id = :id", id=draft) == [(1,)]


def test_a_list_takes_effect_and_ends_on_its_days(catalog: Any, an_offer: Body) -> None:
    """Orders of its counties change by the clock, at midnight in Shanghai, and back the day after its last."""
    id_ = post(catalog, an_offer(available_to="2027-06-30"))
    made = upload(catalog, f"county\n{WEINING}\n", effective_from="2027-01-01", effective_to="2027-01-31")
    assert made["changes_today"] == 0
    work(catalog)
    days = ("2026-12-31T23:59:59", "2027-01-01T00:00:00", "2027-01-31T23:00:00", "2027-02-01T00:00:00")
    named = []
    for day in days:
        ticked = catalog.client.post("/ticks", json={"as_of": f"{day}+08:00"}, headers=catalog.as_operator())
        assert ticked.status_code == 200, ticked.text
        named.append("demo-counties" in published(catalog, id_)[-1][1])
    assert named == [False, True, True, False]
    assert [version for version, _ in published(catalog, id_)] == [1, 2, 3]


def test_orders_that_come_between_two_ticks_carry_the_day_of_the_last(catalog: Any, an_offer: Body) -> None:
    """The clock that was set ahead counts for all orders alike, whatever the machine's day is."""
    upload(catalog, f"county\n{WEINING}\n", effective_from="2027-01-01")
    catalog.client.post("/ticks", json={"as_of": "2027-01-01T00:00:00+08:00"}, headers=catalog.as_operator())
    id_ = post(catalog, an_offer())
    assert published(catalog, id_)[0][1][-1] == "demo-counties"


def test_more_orders_than_a_batch_are_all_refreshed(
    catalog: Any, an_offer: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch by batch, each its own transaction; a worker that starts anew goes on where the last one stopped."""
    monkeypatch.setattr("duijie_catalog.reference.designation_lists.BATCH", 2)
    ids = [post(catalog, an_offer()) for _ in range(5)]
    upload(catalog, f"county\n{WEINING}\n")
    catalog.worker().step()
    first = catalog.worker()
    first.step()
    work(catalog)
    assert [[version for version, _ in published(catalog, id_)] for id_ in ids] == [[1, 2]] * 5


def test_a_newer_edition_replaces_the_list_and_an_end_ends_it(catalog: Any) -> None:
    """What it no longer names is ended, what it names anew is added; the history stays."""
    upload(catalog, f"county\n{WEINING}\n520525\n")
    second = upload(catalog, f"county\n{WEINING}\n{SHOUGUANG}\n", effective_from="2026-11-20")
    assert [county["code"] for county in second["added"]] == [SHOUGUANG]
    assert [county["code"] for county in second["ended"]] == ["520525"]
    assert second["kept"] == 1
    body = {"on": "2026-12-01", "source": "Notice 13"}
    ended = catalog.client.post("/designations/demo-counties/end", json=body, headers=catalog.as_operator())
    assert ended.status_code == 201
    assert [county["code"] for county in ended.json()["ended"]] == [SHOUGUANG, WEINING]
    found = catalog.client.get("/designations/editions", headers=catalog.as_operator())
    starts = [item["edition"]["effective_from"] for item in found.json()["items"]]
    assert starts == ["2026-11-01", "2026-11-20", "2026-12-01"]
    unknown = catalog.client.post("/designations/no-list/end", json=body, headers=catalog.as_operator())
    assert unknown.status_code == 404


def test_an_order_that_is_being_stored_does_not_slip_past_an_upload(catalog: Any, an_offer: Body) -> None:
    """The upload waits for it, and so finds it: whichever comes first, the order ends up with the list."""
    caller = Caller(UUID(str(catalog.as_party("p1")["X-Party-Id"])), "producer")
    with ThreadPoolExecutor(1) as other, unit_of_work(catalog.engine, "storing") as uow:
        made = handlers.post(uow, OFFERS, caller, an_offer(), catalog.now)
        uploaded = other.submit(upload, catalog, f"county\n{WEINING}\n")
        while not catalog.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            assert not uploaded.done()
        uow.session.commit()
        assert uploaded.result()["stored"]
    work(catalog)
    assert [named[-1] for _, named in published(catalog, str(made.id))] == ["cn-key-160", "demo-counties"]


def test_a_list_of_this_release_is_replaced_like_any_other(catalog: Any, an_offer: Body) -> None:
    """Nothing is special about a list but its rows: from its day on the new edition alone counts."""
    id_ = post(catalog, an_offer())
    made = upload(catalog, f"county\n{SHOUGUANG}\n", code="cn-832")
    assert len(made["ended"]) == 831
    work(catalog)
    assert published(catalog, id_)[-1] == (2, ("cn-key-160",))


def test_a_dry_run_shows_what_would_change_and_changes_nothing(catalog: Any, an_offer: Body) -> None:
    """Rows that cannot be taken by row, column and reason; what could be taken by county."""
    id_ = post(catalog, an_offer())
    shown = upload(catalog, f"county\n{WEINING}\n", status=200, dry_run=True)
    assert (shown["stored"], [county["name_zh"] for county in shown["added"]]) == (
        False,
        ["威宁彝族回族苗族自治县"],
    )
    bad = upload(catalog, "county,name\n342401,\n520526,纳雍县\n", status=200, dry_run=True)
    assert [(each["row"], each["column"], each["code"]) for each in bad["problems"]] == [
        (2, "county", "ambiguous-county"),
        (3, "name", "name-differs"),
    ]
    assert bad["problems"][0]["candidates"] == ["341502", "341503"]
    work(catalog)
    assert len(published(catalog, id_)) == 1
    assert catalog.rows("SELECT count(*) FROM designation_editions") == [(0,)]


def test_a_list_with_a_bad_row_is_refused_whole(catalog: Any) -> None:
    """422 naming row and column in both languages; the gateway's copy stays as it was."""
    refused = upload(catalog, f"county\n{WEINING}\n999999\n", status=422)
    (error,) = refused["errors"]
    assert (error["field"], error["code"]) == ("rows.3.county", "unknown-county")
    assert error["zh"]
    assert error["en"]
    assert upload(catalog, f"county\n{WEINING}\n", status=422, source="")["errors"][0]["field"] == "source"


def test_editions_are_read_again_only_when_there_is_a_new_one(catalog: Any) -> None:
    """304 for the tag that was given last; another tag after an upload."""
    headers = catalog.as_operator()
    first = catalog.client.get("/designations/editions", headers=headers)
    tag = {"If-None-Match": first.headers["etag"]}
    assert catalog.client.get("/designations/editions", headers=headers | tag).status_code == 304
    upload(catalog, f"county\n{WEINING}\n")
    again = catalog.client.get("/designations/editions", headers=headers | tag)
    assert (again.status_code, len(again.json()["items"])) == (200, 1)


def test_only_the_operator_keeps_lists(catalog: Any) -> None:
    """A party may neither upload nor end one."""
    party = catalog.as_party("p1")
    made = catalog.client.post(
        "/designations/demo-counties/editions", params=HEAD, content=b"county\n520526\n", headers=party
    )
    ended = catalog.client.post("/designations/cn-832/end", json={"on": "2026-12-01"}, headers=party)
    assert (made.status_code, ended.status_code) == (403, 403)
