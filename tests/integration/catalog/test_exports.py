"""Exports: whose rows, which columns, and that an import of one changes nothing."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from duijie_catalog.files import exports
from duijie_catalog.handlers import Caller
from duijie_catalog.unit_of_work import unit_of_work
from duijie_shared.posting.columns import COLUMNS
from duijie_shared.sheets import write_rows
from workbooks import rows_of

pytestmark = pytest.mark.database

COMMON = {
    "product": "苹果", "quantity": 20, "unit": "箱(20kg)", "min_lot": 5, "pack_multiple": 5, "catch_weight": 0.03,
    "publish_price": True, "county": "610822", "latitude": 38.0123456, "longitude": -109.5, "temperature": "chilled",
    "certificates": ["green", "gi"], "note": "=cmd|' /C calc'!A0",
}  # fmt: skip
FULL: dict[str, dict[str, Any]] = {
    "offers": COMMON | {
        "grade_scheme": None, "grade": 4, "ask_price": 120.5,
        "price_breaks": {"10": 118.25, "15": 110}, "reserve_price": 100.01, "area": 12.5,
        "available_from": "2026-11-25", "available_to": "2027-01-20", "harvest_date": "2026-11-01",
    },
    "demands": COMMON | {
        "min_grade": 3, "bid_price": 180, "reserve_price": 200, "evidence": "inspected",
        "needed_from": "2026-11-25", "needed_to": "2027-01-20", "origin_counties": ["610822", "520526"],
    },
    "capacities": {
        "activity": "line_haul", "throughput_per_day": 20, "unit": "t", "fee": 50.5, "loss": 0.02, "county": "610822",
        "latitude": 38.1, "longitude": 109.7, "to_county": "310115", "to_latitude": 31.1, "to_longitude": 121.5,
        "available_from": "2026-11-25", "available_to": "2027-01-20", "temperature": "frozen", "note": "+86 夜间",
    },
}  # fmt: skip
PATHS = {"offers": "/orders/offers", "demands": "/orders/demands", "capacities": "/capacities"}
both = pytest.mark.parametrize("format_", ["csv", "xlsx"])


def post(catalog: Any, kind: str, row_key: str = "p1", **changes: Any) -> str:
    """A posting of a party's; its id."""
    answer = catalog.client.post(PATHS[kind], json=FULL[kind] | changes, headers=catalog.as_party(row_key))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def exported(catalog: Any, kind: str, headers: dict[str, str], **query: str) -> bytes:
    """The file of a caller."""
    answer = catalog.client.get(f"/exports/{kind}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return (done["created"], done["amended"], done["unchanged"], done["refused"])


@both
@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_export_imported_again_changes_nothing(catalog: Any, kind: Any, format_: str, lang: str) -> None:
    """Of one's own with every column filled, and of everyone's without what is private: no version, no record."""
    post(catalog, kind)
    own = exported(catalog, kind, catalog.as_party("p1"), format=format_, lang=lang)
    (row,) = rows_of(own, kind)
    empty = {name for name, text in row.fields.items() if not text}
    assert empty <= {"grade_scheme", "measurements", "product_in", "product_out", "yield"}
    everyones = exported(catalog, kind, catalog.as_operator(), format=format_, lang=lang)
    assert not exports.PRIVATE & rows_of(everyones, kind)[0].fields.keys()
    before = catalog.client.get(PATHS[kind], headers=catalog.as_party("p1")).json()
    catalog.clear_outbox()
    for content in (own, everyones):
        done = catalog.finished(catalog.import_(kind, content))
        assert counts(done) == (0, 0, 1, 0), done["errors"]
    assert catalog.client.get(PATHS[kind], headers=catalog.as_party("p1")).json() == before
    assert catalog.outbox() == []


@both
def test_measurements_go_round_too(catalog: Any, format_: str) -> None:
    """Of a graded scheme, instead of a grade."""
    post(catalog, "offers", measurements={"brix": 13.5, "diameter_mm": 82}, grade=3)
    own = exported(catalog, "offers", catalog.as_party("p1"), format=format_)
    assert rows_of(own)[0].fields["measurements"] == "brix=13.5;diameter_mm=82"
    assert counts(catalog.finished(catalog.import_("offers", own))) == (0, 0, 1, 0)


@both
def test_parties_go_round_without_their_contacts(catalog: Any, format_: str) -> None:
    """The operator's file has no contacts and wipes none; a party's own has its own."""
    party = catalog.as_party("p1")
    everyones = exported(catalog, "parties", catalog.as_operator(), format=format_)
    assert counts(catalog.finished(catalog.import_("parties", everyones))) == (0, 0, 1, 0)
    (own,) = rows_of(exported(catalog, "parties", party, format=format_), "parties")
    assert (own.row_key, own.fields["contact"]) == ("p1", "13800000000")
    renamed = "row_key,name,kind\np1,新名,producer\n"
    assert counts(catalog.finished(catalog.import_("parties", renamed))) == (0, 1, 0, 0)
    assert catalog.rows("SELECT name, contact FROM parties") == [("新名", "13800000000")]


def test_a_column_that_the_file_has_not_stays_as_it_is(catalog: Any) -> None:
    """Amended by a file without it, the reserve price is kept; an empty cell under its header clears it."""
    made = post(catalog, "offers")
    head = "row_key,party,product,grade,quantity,unit,available_from,available_to"
    cells = f"{made},p1,苹果,4,25,箱(20kg),2026-11-25,2027-01-20"
    done = catalog.finished(catalog.import_("offers", f"{head}\n{cells}\n"))
    assert counts(done) == (0, 1, 0, 0), done["errors"]
    kept = "SELECT version, posted_quantity, posted_reserve_price, note FROM orders"
    assert catalog.rows(kept) == [(2, 25, Decimal("100.01"), COMMON["note"])]
    catalog.finished(catalog.import_("offers", f"{head},reserve_price\n{cells},\n"))
    assert catalog.rows(kept) == [(3, 25, None, COMMON["note"])]


def test_a_row_key_that_is_anothers_id_reaches_nothing(catalog: Any) -> None:
    """An id is known only beside its own party and kind; elsewhere it is a new row's key like any other."""
    made = post(catalog, "offers")
    catalog.as_party("p2")
    row = f"{made},p2,苹果,4,25,t,610822,2026-11-25,2027-01-20"
    file = f"row_key,party,product,grade,quantity,unit,county,available_from,available_to\n{row}\n"
    assert counts(catalog.finished(catalog.import_("offers", file))) == (1, 0, 0, 0)
    assert catalog.rows("SELECT version FROM orders WHERE id = :id", id=UUID(made)) == [(1,)]


def test_what_has_ended_is_exported_on_request_alone(catalog: Any) -> None:
    """By default what has not ended; a status asks for that one. Parties have none."""
    kept, gone = post(catalog, "offers"), post(catalog, "offers")
    headers = catalog.as_party("p1")
    catalog.client.delete(f"/orders/offers/{gone}", headers=headers | {"If-Match": '"1"'})

    def keys(**query: str) -> list[str]:
        return [row.row_key for row in rows_of(exported(catalog, "offers", headers, format="csv", **query))]

    assert keys() == keys(status="open") == [kept]
    assert keys(status="withdrawn") == [gone]
    answer = catalog.client.get("/exports/parties?status=open", headers=headers)
    assert answer.status_code == 422


def test_an_area_is_that_of_the_posting(catalog: Any) -> None:
    """Provinces, prefectures and counties by their codes' beginnings."""
    post(catalog, "offers")
    operator = catalog.as_operator()
    found = {
        area: len(rows_of(exported(catalog, "offers", operator, format="csv", area=area)))
        for area in ("61", "6108", "610822", "52", "610823")
    }
    assert found == {"61": 1, "6108": 1, "610822": 1, "52": 0, "610823": 0}


def test_an_export_is_read_in_flat_memory(catalog: Any) -> None:
    """Page by page: three times the rows take hardly more, and every row is there once."""
    catalog.as_party("p1")
    head = "row_key,party,product,grade,quantity,unit,county,available_from,available_to"
    row = "o{},p1,苹果,4,25,t,610822,2026-11-25,2027-01-20"
    caller = Caller(None, "admin")

    def peak(first: int, last: int) -> int:
        lines = "\n".join(row.format(n) for n in range(first, last))
        assert catalog.finished(catalog.import_("offers", f"{head}\n{lines}\n"))["created"] == last - first
        transaction = partial(unit_of_work, catalog.engine, "test")
        wanted = exports.Wanted("offers")
        hidden = exports.left_out("offers", caller)
        tracemalloc.start()
        try:
            rows = exports.rows(transaction, wanted, caller)
            size = sum(len(piece) for piece in write_rows("offers", rows, "csv", without=hidden))
            assert size > 50 * last
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(0, 1_200), peak(1_200, 3_600)  # two pages and more are in hand at a time
    assert many < 1.3 * few
    content = exported(catalog, "offers", catalog.as_operator(), format="csv")
    assert [each.row_key for each in rows_of(content)] == [f"o{n}" for n in range(3_600)]


def test_the_columns_that_are_private_are_columns(catalog: Any) -> None:
    """A name that no file has would hide nothing."""
    assert {column for columns in COLUMNS.values() for column in columns} >= exports.PRIVATE
