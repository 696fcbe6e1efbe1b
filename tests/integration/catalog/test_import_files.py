"""The uploaded file: what is asked of it at once, how long it stays, and the sheet of what was refused."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
from typing import Any

import pytest
import xlsxwriter
from duijie_catalog import clockwork
from duijie_catalog.files import import_sheet
from workbooks import opened, saved

pytestmark = pytest.mark.database

HEADER = (
    "row_key",
    "party",
    "product",
    "grade",
    "quantity",
    "unit",
    "available_from",
    "available_to",
    "county",
    "note",
)
MIB = 1 << 20


@pytest.fixture(autouse=True)
def a_party(catalog: Any) -> None:
    """The party that the files name."""
    catalog.as_party("p1")
    catalog.clear_outbox()


def offer(row_key: str, **changes: Any) -> tuple[Any, ...]:
    """The cells of an acceptable row, with changes."""
    cells = (row_key, "p1", "apple", "5", "3", "t", "2026-11-25", "2027-01-20", "610822", "")
    return tuple({**dict(zip(HEADER, cells, strict=True)), **changes}.values())


def csv_file(*rows: tuple[Any, ...]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in (HEADER, *rows)).encode()


def xlsx_file(*rows: tuple[Any, ...]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for number, row in enumerate((HEADER, *rows)):
            page.write_row(number, 0, row)
    return stream.getvalue()


def sheet(catalog: Any, id_: str) -> Any:
    """The answer that has the refused rows."""
    return catalog.client.get(f"/imports/{id_}/errors", headers=catalog.as_operator())


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return (done["created"], done["amended"], done["unchanged"], done["refused"])


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_the_header_is_judged_at_once_and_the_rows_are_not_read_for_it(catalog: Any, file: Any) -> None:
    """A request takes a large file in the memory of the file: what is below the header is the worker's."""

    def peak(rows: int) -> tuple[int, int]:
        content = file(*(offer(f"o{n}", note=f"第 {n} 批" * 5) for n in range(rows)))
        tracemalloc.start()
        try:
            catalog.import_("offers", content)
            return tracemalloc.get_traced_memory()[1], len(content)
        finally:
            tracemalloc.stop()

    peak(10)  # what is loaded once
    (few, small), (many, large) = peak(1_000), peak(20_000)
    # The body, its bytes, its place in the statement, what the test's client keeps.
    assert many - few < 8 * (large - small) + MIB
    assert catalog.rows("SELECT DISTINCT rows_total FROM imports") == [(None,)]
    wrong = file(*(offer(f"o{n}") for n in range(100))).replace(b"quantity", b"quantitx")
    if file is csv_file:
        answer = catalog.client.post("/imports?kind=offers", content=wrong, headers=catalog.as_operator())
        assert answer.status_code == 422
        assert ("quantitx", "unknown-column") in {(e["field"], e["code"]) for e in answer.json()["errors"]}


def test_a_file_with_refused_rows_stays_a_week_and_no_other_does(catalog: Any) -> None:
    """Dropped at its end where nothing was refused; else by the first turn of the clock after its time: 410 then."""
    clean = catalog.import_("offers", csv_file(offer("o1")))
    spoilt = catalog.import_("offers", csv_file(offer("o2", quantity="-1")))
    assert sheet(catalog, spoilt).json()["code"] == "not-done"
    done = catalog.finished(spoilt)
    assert catalog.progress(clean)["file_until"] is None
    assert sheet(catalog, clean).json()["code"] == "nothing-refused"
    until = dt.datetime.fromisoformat(done["file_until"])
    assert until == dt.datetime.fromisoformat(done["finished_at"]) + dt.timedelta(days=7)
    clockwork.turn(catalog.engine, until - dt.timedelta(seconds=1), "test")
    assert sheet(catalog, spoilt).status_code == 200
    clockwork.turn(catalog.engine, until, "test")
    assert (sheet(catalog, spoilt).status_code, sheet(catalog, spoilt).json()["code"]) == (410, "file-gone")
    assert catalog.rows("SELECT count(*) FROM import_files") == [(0,)]
    assert catalog.progress(spoilt)["errors"] != []
    assert sheet(catalog, "00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_the_sheet_names_cell_value_reason_and_fix_and_goes_in_again(catalog: Any, file: Any) -> None:
    """Red cells, a list in both languages; corrected, every refused row is stored, and none twice."""
    upload = file(offer("o1"), offer("o2", unit=""), offer("o3", quantity="0"), offer("o4", product="金苹果"))
    id_ = catalog.import_("offers", upload)
    assert counts(catalog.finished(id_)) == (1, 0, 0, 3)
    book = opened(sheet(catalog, id_).content)
    reasons = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows(min_row=2)]
    assert [(row[1], row[2], row[3]) for row in reasons] == [
        ("F3", "unit", ""),
        ("E4", "quantity", "0"),
        ("C5", "product", "金苹果"),
    ]
    assert all(row[4] and row[5] and row[6] and row[7] for row in reasons)
    page = book.worksheets[0]
    for place, value in (("F3", "t"), ("E4", 3), ("C5", "apple")):
        page[place] = value
    assert counts(catalog.finished(catalog.import_("offers", saved(book)))) == (3, 0, 0, 0)
    assert counts(catalog.finished(catalog.import_("offers", saved(book)))) == (0, 0, 3, 0)


def test_a_cell_with_a_formula_has_one_reason(catalog: Any) -> None:
    """In a column of numbers too: that it is a formula, and not besides that it is no number."""
    id_ = catalog.import_(
        "offers", csv_file(offer("o1", quantity="=1+2"), offer("=A1"), offer("o3", note="=NOW()"))
    )
    done = catalog.finished(id_)
    assert [(e["row"], e["column"], e["code"]) for e in done["errors"]] == [
        (2, "quantity", "formula"),
        (3, "row_key", "formula"),
        (4, "note", "formula"),
    ]
    assert "'=1+2" in {
        cell.value for row in opened(sheet(catalog, id_).content).worksheets[1] for cell in row
    }


def test_a_report_shows_the_first_refused_cells_and_counts_all(
    catalog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand in the report; the sheet has more, and says how many there are beyond its own limit."""
    id_ = catalog.import_("offers", csv_file(*(offer(f"o{n}", quantity="-1") for n in range(1_200))))
    done = catalog.finished(id_)
    assert (done["refused"], len(done["errors"]), done["errors_total"]) == (1_200, 1_000, 1_200)
    reasons = opened(sheet(catalog, id_).content).worksheets[1]
    assert reasons.max_row == 1 + 1_200
    monkeypatch.setattr(import_sheet, "MOST_CELLS", 1_100)
    reasons = opened(sheet(catalog, id_).content).worksheets[1]
    assert reasons.max_row == 1 + 1_100 + 1
    assert "100 more" in reasons.cell(reasons.max_row, 6).value


def test_imports_are_listed_newest_first(catalog: Any) -> None:
    """Page by page, without their refused cells; for the operator alone."""
    ids = [catalog.import_("offers", csv_file(offer("o1", quantity="-1"))) for _ in range(3)]
    catalog.finished(ids[0])
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        listed = catalog.client.get("/imports", params=query, headers=catalog.as_operator()).json()
        seen += listed["items"]
        cursor = listed["next"]
        if cursor is None:
            break
    assert [each["id"] for each in seen] == ids[::-1]
    assert "errors" not in seen[0]
    assert catalog.client.get("/imports", headers=catalog.as_party("p1")).status_code == 403


@pytest.mark.parametrize("atomic", ["false", "true"])
def test_the_worker_takes_a_long_file_in_flat_memory(catalog: Any, atomic: str) -> None:
    """Good and refused rows alike: four times the rows take hardly more beside the file and a key a row."""

    def peak(name: str, rows: int) -> int:
        bad = {"quantity": "-1"} if atomic == "true" else {}
        content = csv_file(*(offer(f"{name}{n}", **(bad if n % 3 else {})) for n in range(rows)))
        id_ = catalog.import_("offers", content, atomic=atomic)
        runner = catalog.runner()
        tracemalloc.start()
        try:
            while runner.step():
                pass
            used = tracemalloc.get_traced_memory()[1] - len(content)
        finally:
            tracemalloc.stop()
        assert catalog.progress(id_)["rows_done"] == rows
        return used

    peak("a", 600)  # what is loaded once
    few, many = peak("b", 1_500), peak("c", 6_000)
    assert many - few < 200 * (6_000 - 1_500)
