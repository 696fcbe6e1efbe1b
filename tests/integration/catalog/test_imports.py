"""Imports: what is reported is what is stored."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.database

HEADER = "row_key,party,product,grade,quantity,unit,ask_price,available_from,available_to,county,note"


def offers(*rows: str) -> str:
    """A file of offers."""
    return "\n".join((HEADER, *rows)) + "\n"


def good(row_key: str, quantity: object = 3, party: str = "p1", product: str = "apple") -> str:
    """An acceptable row."""
    return f"{row_key},{party},{product},5,{quantity},t,4000,2026-11-25,2027-01-20,610822,"


def many(count: int, quantity: object = 3) -> str:
    """A file of acceptable rows."""
    return offers(*(good(f"o{n}", quantity) for n in range(count)))


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    """Created, amended, unchanged, refused."""
    return (done["created"], done["amended"], done["unchanged"], done["refused"])


def stored(catalog: Any) -> list[tuple[str, int, int]]:
    """Row key, version and quantity of every order, in posting order."""
    return [
        tuple(row) for row in catalog.rows("SELECT row_key, version, quantity FROM orders ORDER BY sequence")
    ]


@pytest.fixture(autouse=True)
def a_party(catalog: Any) -> None:
    """The party that the files name."""
    catalog.as_party("p1")
    catalog.clear_outbox()


def test_good_rows_are_stored_and_bad_ones_named(catalog: Any) -> None:
    """Row as a spreadsheet numbers it, column, value, code and both languages; the sum is the file."""
    done = catalog.finished(
        catalog.import_(
            "offers",
            offers(
                good("o1"),
                good("o2", quantity="3,000".replace(",", "，")),
                good("o3", party="nobody"),
                "",
                good("o4", product="appl"),
                good("o1", quantity=9),
                good("o5"),
            ),
        )
    )
    assert (done["status"], done["rows_total"], done["rows_done"]) == ("done", 6, 6)
    assert counts(done) == (2, 0, 0, 4)
    assert [(e["row"], e["column"], e["value"], e["code"]) for e in done["errors"]] == [
        (3, "quantity", "3，000", "not-a-number"),
        (4, "party", "nobody", "unknown-party"),
        (6, "product", "appl", "unknown-product"),
        (7, "row_key", "o1", "repeated-row-key"),
    ]
    assert all(error["zh"] and error["en"] for error in done["errors"])
    assert stored(catalog) == [("o1", 1, 3_000_000), ("o5", 1, 3_000_000)]
    assert len(catalog.outbox()) == 2


def test_the_second_upload_changes_nothing(catalog: Any) -> None:
    """All unchanged, however numbers are written; no version, no record."""
    catalog.finished(catalog.import_("offers", many(30)))
    before, published = stored(catalog), len(catalog.outbox())
    again = catalog.finished(catalog.import_("offers", many(30, quantity="3.0")))
    assert counts(again) == (0, 0, 30, 0)
    assert (stored(catalog), len(catalog.outbox())) == (before, published)


def test_changed_content_amends(catalog: Any) -> None:
    """The same order at version 2, in its old place in the posting order."""
    catalog.finished(catalog.import_("offers", many(3)))
    changed = catalog.finished(
        catalog.import_("offers", offers(good("o0"), good("o1", quantity=7), good("o9")))
    )
    assert counts(changed) == (1, 1, 1, 0)
    assert stored(catalog) == [
        ("o0", 1, 3_000_000),
        ("o1", 2, 7_000_000),
        ("o2", 1, 3_000_000),
        ("o9", 1, 3_000_000),
    ]


def test_what_an_amendment_may_not_do_is_refused_by_row(catalog: Any) -> None:
    """Another market, and a withdrawn order: named, and the rest of the file is taken."""
    catalog.finished(catalog.import_("offers", many(3)))
    (withdrawn,) = catalog.rows("SELECT id FROM orders WHERE row_key = 'o1'")
    catalog.client.delete(
        f"/orders/offers/{withdrawn.id}", headers=catalog.as_party("p1", **{"If-Match": '"1"'})
    )
    done = catalog.finished(
        catalog.import_(
            "offers", offers(good("o0", product="garlic"), good("o1", quantity=7), good("o2", quantity=8))
        )
    )
    assert counts(done) == (0, 1, 0, 2)
    assert [(e["row"], e["column"], e["code"]) for e in done["errors"]] == [
        (2, "product", "other-market"),
        (3, "row_key", "closed"),
    ]


def test_sequence_is_file_order_over_all_batches(catalog: Any) -> None:
    """Age is what ties are broken by: row before row, file before file."""
    ids = [catalog.import_("offers", many(25)), catalog.import_("offers", offers(good("z1"), good("a1")))]
    runner = catalog.runner(batch=10)
    while runner.step():
        pass
    assert [row_key for row_key, _, _ in stored(catalog)] == [f"o{n}" for n in range(25)] + ["z1", "a1"]
    assert [catalog.progress(id_)["created"] for id_ in ids] == [25, 2]


@pytest.mark.parametrize("broken_after", [0, 1, 2])
def test_an_importer_that_dies_is_continued_exactly(catalog: Any, broken_after: int) -> None:
    """Progress is in the rows' own transaction: another importer takes up where the last commit was."""
    id_ = catalog.import_("offers", many(25))
    dying = catalog.runner(batch=10)
    for _ in range(1 + broken_after):  # the first step counts the rows
        dying.step()
    assert catalog.progress(id_)["rows_done"] == 10 * broken_after
    with catalog.engine.begin() as connection:  # its next batch fails in the middle of its transaction
        connection.execute(text("ALTER TABLE outbox ADD CONSTRAINT none CHECK (topic = '') NOT VALID"))
    with pytest.raises(Exception, match="violates check constraint"):
        dying.step()
    with catalog.engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox DROP CONSTRAINT none"))
    done = catalog.finished(id_)
    assert (done["rows_done"], counts(done)) == (25, (25, 0, 0, 0))
    assert [row_key for row_key, _, _ in stored(catalog)] == [f"o{n}" for n in range(25)]
    assert len(catalog.outbox()) == 25


def test_two_importers_take_turns_without_repeating_a_row(catalog: Any) -> None:
    """Whoever is beaten to a batch looks again where the import stands."""
    id_ = catalog.import_("offers", many(60))
    runners = [catalog.runner(batch=7), catalog.runner(batch=11)]
    for runner in itertools.islice(itertools.cycle(runners), 60):
        runner.step()
    done = catalog.progress(id_)
    assert (done["status"], counts(done), len(catalog.outbox())) == ("done", (60, 0, 0, 0), 60)


def test_a_file_that_always_fails_is_given_up_and_holds_up_no_other(catalog: Any) -> None:
    """After ten attempts without progress it ends with an error that says from which row on."""
    stuck = catalog.import_("offers", many(15))
    begun = catalog.runner(batch=10)
    assert (begun.step(), begun.step()) == (True, True)
    with catalog.engine.begin() as connection:
        connection.execute(text("ALTER TABLE orders ADD CONSTRAINT none CHECK (row_key <> 'o12') NOT VALID"))
    for _ in range(10):
        with pytest.raises(Exception, match="violates check constraint"):
            catalog.runner(batch=10).step()
    next_ = catalog.import_("offers", offers(good("n1")))
    assert catalog.finished(next_)["created"] == 1
    done = catalog.progress(stuck)
    assert (done["status"], counts(done)) == ("done", (10, 0, 0, 5))
    assert [(e["row"], e["column"], e["code"]) for e in done["errors"]] == [(0, "file", "internal")]
    assert "from entry 11 on" in done["errors"][0]["en"]


def test_a_dry_run_reports_and_stores_nothing(catalog: Any) -> None:
    """The same report as the real run, then the real run finds everything new."""
    file = offers(good("o1"), good("o2", quantity=0), good("o3"))
    tried = catalog.finished(catalog.import_("offers", file, dry_run="true"))
    assert (stored(catalog), catalog.outbox()) == ([], [])
    done = catalog.finished(catalog.import_("offers", file))
    same = ("rows_total", "rows_done", "created", "amended", "unchanged", "refused", "errors")
    assert {name: tried[name] for name in same} == {name: done[name] for name in same}
    assert counts(done) == (2, 0, 0, 1)


@pytest.mark.parametrize("bad", [0, 12, 24])
def test_an_atomic_import_with_a_bad_row_stores_nothing(catalog: Any, bad: int) -> None:
    """Wherever the bad row stands, before and after the batch that meets it; without it, all is stored."""
    rows = [good(f"o{n}") for n in range(25)]
    spoilt = [*rows[:bad], good(f"o{bad}", quantity=-1), *rows[bad + 1 :]]
    id_ = catalog.import_("offers", offers(*spoilt), atomic="true")
    runner = catalog.runner(batch=10)
    while runner.step():
        pass
    done = catalog.progress(id_)
    assert (done["status"], done["rows_done"], counts(done)) == ("done", 25, (0, 0, 0, 1))
    assert [(e["row"], e["column"]) for e in done["errors"]] == [(bad + 2, "quantity")]
    assert (stored(catalog), catalog.outbox()) == ([], [])
    mended = catalog.finished(catalog.import_("offers", offers(*rows), atomic="true"))
    assert (counts(mended), len(stored(catalog)), len(catalog.outbox())) == ((25, 0, 0, 0), 25, 25)


@pytest.mark.parametrize(
    ("content", "column", "code"),
    [
        (HEADER + ",colour\n", "colour", "unknown-column"),
        (HEADER.replace("quantity,", "") + "\n", "quantity", "missing-column"),
        (HEADER + ",note\n", "note", "repeated-column"),
        (offers(good("o1")).encode() + b"\xff\n", "file", "not-utf-8"),
    ],
    ids=["unknown", "missing", "repeated", "encoding"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    catalog: Any, content: str | bytes, column: str, code: str
) -> None:
    """At once, by the column's name, and nothing is queued."""
    raw = content.encode() if isinstance(content, str) else content
    refused = catalog.client.post(
        "/imports", params={"kind": "offers"}, content=raw, headers=catalog.as_operator()
    )
    assert refused.status_code == 422
    assert (column, code) in {(e["field"], e["code"]) for e in refused.json()["errors"]}
    assert catalog.rows("SELECT count(*) FROM imports") == [(0,)]


def test_a_file_that_breaks_off_is_refused_whole(catalog: Any) -> None:
    """Before the first of its rows is stored, however good: the report names the file, and no row."""
    id_ = catalog.import_("offers", offers(*(good(f"o{n}") for n in range(30))) + 'o2,"p1')
    runner = catalog.runner(batch=10)
    while runner.step():
        pass
    done = catalog.progress(id_)
    assert (done["status"], done["rows_total"], counts(done)) == ("done", 0, (0, 0, 0, 0))
    assert [(e["row"], e["column"], e["code"]) for e in done["errors"]] == [(0, "file", "unreadable")]
    assert stored(catalog) == []


def test_all_kinds_are_imported_in_the_order_they_came(catalog: Any) -> None:
    """Parties, and in the next files what they post; BOM, quoted commas and empty columns are fine."""
    files: Iterable[tuple[str, str]] = (
        ("parties", '\ufeffrow_key,name,kind,contact\nb1,"电商, 上海",buyer,13800000000\nc1,冷库,storage,\n'),
        (
            "demands",
            "row_key,party,product,min_grade,quantity,unit,bid_price,county,needed_from,needed_to,origin_counties\n"
            "d1,b1,板栗,,40000,斤,7.2,310115,2026-11-25,2027-01-20,520526;610822\n",
        ),
        (
            "capacities",
            "row_key,party,activity,throughput_per_day,unit,fee,county,available_from,available_to\n"
            "k1,c1,cold_storage,20,t,50,610822,2026-11-25,2027-01-20\n",
        ),
    )
    ids = [catalog.import_(kind, content) for kind, content in files]
    assert [counts(catalog.finished(id_)) for id_ in ids] == [(2, 0, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]
    topics = [row.topic for row, _, _ in catalog.outbox()]
    assert topics == ["parties-v1", "parties-v1", "orders-v1", "capacities-v1"]
    assert "138" not in "".join(row.value or "" for row, _, _ in catalog.outbox())
    demand = catalog.client.get("/orders/demands", headers=catalog.as_operator()).json()["items"][0]
    assert (demand["row_key"], demand["unit"], demand["origin_counties"]) == (
        "d1",
        "斤",
        ["520526", "610822"],
    )


def test_an_imported_orders_id_follows_from_its_keys(catalog: Any) -> None:
    """Kind, party and row key make the id: the same file gives the same ids on every machine."""
    catalog.finished(catalog.import_("offers", many(1)))
    assert [str(row.id) for row in catalog.rows("SELECT id FROM orders")] == [
        "61f8e2d0-2e35-56d9-aedb-0c5eb9ace0ef"
    ]


def test_imports_are_for_the_operator(catalog: Any) -> None:
    """403 for a party, at the file and at the report; 404 for an import that never was."""
    party = catalog.as_party("p1")
    content = many(1).encode()
    refused = catalog.client.post("/imports", params={"kind": "offers"}, content=content, headers=party)
    assert refused.status_code == 403
    id_ = catalog.import_("offers", content)
    assert catalog.client.get(f"/imports/{id_}", headers=party).status_code == 403
    for nowhere in ("00000000-0000-0000-0000-000000000000", "x"):
        assert catalog.client.get(f"/imports/{nowhere}", headers=catalog.as_operator()).status_code == 404


def test_the_same_upload_twice_is_one_import(catalog: Any) -> None:
    """Under one Idempotency-Key; its file, of which no row was refused, is dropped when it is done."""
    headers = catalog.as_operator(**{"Idempotency-Key": "upload-1"})
    answers = [
        catalog.client.post("/imports", params={"kind": "offers"}, content=many(2).encode(), headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    catalog.finished(answers[0].json()["id"])
    assert catalog.rows("SELECT count(*) FROM imports") == [(1,)]
    assert catalog.rows("SELECT count(*) FROM import_files") == [(0,)]


def test_a_row_with_hostile_text_spoils_no_other(catalog: Any) -> None:
    """NUL and a direction override are refused by their cell, wherever they stand."""
    rows = [good(f"o{n}") + note for n, note in enumerate(("\x00", "\u202e", "自提"))]
    rows += [
        good("o\x003"),
        good("o4", party="p\x001"),
        good("o5", quantity="3\x00"),
        good("o6", product="\x00"),
    ]
    done = catalog.finished(catalog.import_("offers", offers(*rows)))
    assert counts(done) == (1, 0, 0, 6)
    places = {(2, "note"), (3, "note"), (5, "row_key"), (6, "party"), (7, "quantity"), (8, "product")}
    assert places <= {(e["row"], e["column"]) for e in done["errors"]}
