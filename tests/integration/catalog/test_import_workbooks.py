"""Workbooks through catalog's import: the template filled in, what was refused corrected, the export imported again."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from duijie_shared.posting.columns import COLUMNS
from duijie_shared.sheets import error_sheet, template
from workbooks import csv_of, opened, saved

pytestmark = pytest.mark.database

GOOD: dict[str, Any] = {
    "party": "p1", "product": "苹果", "grade": 5, "quantity": 3.3, "unit": "吨", "ask_price": 4000, "county": "610822",
    "available_from": dt.date(2026, 11, 25), "available_to": dt.date(2027, 1, 20),
}  # fmt: skip


@pytest.fixture(autouse=True)
def a_party(catalog: Any) -> None:
    """The party that the files name."""
    catalog.as_party("p1")
    catalog.clear_outbox()


def filled(*rows: dict[str, Any]) -> bytes:
    """The Chinese template of offers with these rows below its example."""
    book = opened(template("offers", "zh"))
    page = book.worksheets[0]
    for number, row in enumerate(rows, 4):
        for position, column in enumerate(COLUMNS["offers"], 1):
            page.cell(number, position, row.get(column))
    return saved(book)


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return (done["created"], done["amended"], done["unchanged"], done["refused"])


def refused(done: dict[str, Any]) -> list[Any]:
    """The report's errors as they are handed to the error sheet."""
    return [SimpleNamespace(**error) for error in done["errors"]]


def test_a_filled_template_is_imported_and_its_refused_rows_after_correction(catalog: Any) -> None:
    """Rows as the sheet numbers them; the error sheet, corrected, goes through the same door."""
    upload = filled(
        {"row_key": "o1", **GOOD},
        {"row_key": "o2", **GOOD, "unit": None},
        {"row_key": "o3", **GOOD, "quantity": "=1+2"},
    )
    done = catalog.finished(catalog.import_("offers", upload))
    assert (done["rows_total"], done["rows_done"], counts(done)) == (3, 3, (1, 0, 0, 2))
    assert {(e["row"], e["column"], e["code"]) for e in done["errors"]} >= {
        (5, "unit", "required"),
        (6, "quantity", "formula"),
    }
    book = opened(error_sheet(upload, "offers", refused(done)))
    page = book.worksheets[0]
    assert [page.cell(row, 1).value for row in (3, 4)] == ["o2", "o3"]
    page.cell(3, COLUMNS["offers"].index("unit") + 1, "吨")
    page.cell(4, COLUMNS["offers"].index("quantity") + 1, 3)
    corrected = catalog.finished(catalog.import_("offers", saved(book)))
    assert counts(corrected) == (2, 0, 0, 0)
    quantities = catalog.rows("SELECT row_key, quantity FROM orders ORDER BY sequence")
    assert [tuple(row) for row in quantities] == [("o1", 3_300_000), ("o2", 3_300_000), ("o3", 3_000_000)]
    assert counts(catalog.finished(catalog.import_("offers", filled({"row_key": "o1", **GOOD})))) == (
        0,
        0,
        1,
        0,
    )


def test_gb18030_and_chinese_titles_go_through_the_same_door(catalog: Any) -> None:
    """As a Chinese spreadsheet saves it."""
    header = ("行标识", "主体", "产品", "等级", "数量", "单位", "县级代码", "可供起始日", "可供截止日")
    row = ("o1", "p1", "苹果", "5", "6000", "斤", "610822", "2026-11-25", "2027-01-20")
    done = catalog.finished(catalog.import_("offers", csv_of(row, header=header).encode("gb18030")))
    assert counts(done) == (1, 0, 0, 0)


def test_a_workbook_that_cannot_be_read_is_refused_at_once(catalog: Any) -> None:
    """Before anything is queued, by the file: an archive of something else, a template of another kind."""
    for content, code in (
        (b"PK\x03\x04 no archive", "unreadable"),
        (template("demands", "zh"), "other-kind"),
    ):
        answer = catalog.client.post(
            "/imports", params={"kind": "offers"}, content=content, headers=catalog.as_operator()
        )
        assert answer.status_code == 422
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("file", code)]
    assert catalog.rows("SELECT count(*) FROM imports") == [(0,)]
