"""What importers elsewhere got wrong, told on our own files: Open Food Network's issues, by number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from duijie_shared.posting import FieldError, PostingError, parse_offer
from duijie_shared.posting.examples import example
from duijie_shared.posting.files import Row, count_rows
from workbooks import HEADER, an_offer, csv_of, faults, rows_of, workbook_of

TODAY = dt.date(2026, 11, 23)

Made = Callable[..., bytes]
both_formats = pytest.mark.parametrize(
    "made",
    [lambda *rows: csv_of(*rows).encode(), lambda *rows: workbook_of(HEADER, *rows)],
    ids=["csv", "xlsx"],
)


def outcome(row: Row) -> list[FieldError]:
    """Everything that is wrong with a row, as an import reports it; nothing for a good one."""
    try:
        parse_offer(row.fields, source="text", today=TODAY)
    except PostingError as error:
        return [*row.errors, *error.errors]
    return list(row.errors)


def codes(row: Row) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in outcome(row)]


@both_formats
def test_a_blank_unit_does_not_stall_the_import(made: Made) -> None:
    """#12973: it stopped at 66 %. Here the row is refused by its column, and the rows after it are read."""
    first, bad, last = rows_of(made(an_offer(), an_offer(row_key="o2", unit=""), an_offer(row_key="o3")))
    assert codes(bad) == [("unit", "required")]
    assert codes(first) == codes(last) == []


@both_formats
@pytest.mark.parametrize(
    ("cell", "code"),
    [("0", "too-small"), ("0.000", "too-small"), ("-5", "too-small"), ("0,34", "not-a-number")],
)
def test_a_zero_is_refused_before_anything_divides_by_it(made: Made, cell: str, code: str) -> None:
    """#10101, #11442: an error 500 on saving, after “no errors found”. Zero as a unit is no unit either."""
    quoted = f'"{cell}"' if "," in cell and made(an_offer()).startswith(b"row_key") else cell
    bad, unit, good = rows_of(
        made(an_offer(quantity=quoted), an_offer(row_key="o2", unit="0"), an_offer(row_key="o3"))
    )
    assert codes(bad) == [("quantity", code)]
    assert codes(unit) == [("unit", "unknown-unit")]
    assert codes(good) == []


@both_formats
def test_units_may_be_mixed(made: Made) -> None:
    """#3843: one product in g and in kg was refused. Here every row has its own unit, and they come to the same."""
    units = {"kg": "30000", "t": "30", "斤": "60000", "克": "30000000", "公斤": "30000", "TNE": "30"}
    read = rows_of(made(*(an_offer(row_key=u, unit=u, quantity=q) for u, q in units.items())))
    assert [codes(row) for row in read] == [[]] * len(units)
    assert {parse_offer(row.fields, source="text", today=TODAY).quantity for row in read} == {30_000_000}


@both_formats
def test_the_count_is_that_of_the_rows(made: Made) -> None:
    """#13933: the report told another number than was stored. Refused, blank and repeated rows: each is told once."""
    lines = [an_offer(row_key=f"o{n}", unit="" if n % 7 == 0 else "t") for n in range(50)]
    lines.insert(20, ("",) * len(HEADER))
    content = made(*lines, an_offer(row_key="o1"))
    read = rows_of(content)
    assert count_rows(content, "offers") == len(read) == 51
    assert len({row.number for row in read}) == 51
    assert sum(1 for row in read if outcome(row)) == 8 + 1
    assert read[-1].number == 53


@both_formats
def test_the_message_names_the_cell_that_is_wrong(made: Made) -> None:
    """#5471: it blamed another column. One wrong cell gives one message, on that cell, in both languages."""
    wrong = {
        "product": "金苹果", "grade": "特特级", "quantity": "many", "unit": "瓢", "county": "999999",
        "available_from": "soon", "available_to": "2026-11-01",
    }  # fmt: skip
    for column, cell in wrong.items():
        (row,) = rows_of(made(an_offer(**{column: cell})))
        ((error),) = outcome(row)
        assert error.field == column
        assert any("\u4e00" <= char <= "\u9fff" for char in error.zh)
        assert not any(
            "\u4e00" <= char <= "\u9fff" for char in error.en.replace(cell, "").replace("马铃薯", "")
        )


def test_a_formula_in_a_csv_is_refused() -> None:
    """A spreadsheet would run it. What was neutralised on the way out is restored, and is text."""
    formula, quoted, minus = rows_of(
        csv_of(
            an_offer(note='"=HYPERLINK(""http://x"")"'),
            an_offer(row_key="o2", note="'=1+1"),
            an_offer(row_key="o3", note="-18℃"),
        )
    )
    assert faults(formula) == [("note", "formula")]
    assert (faults(quoted), quoted.fields["note"]) == ([], "=1+1")
    assert (faults(minus), minus.fields["note"]) == ([], "-18℃")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_example_row_is_skipped_as_it_is_and_refused_once_it_was_changed(lang: str) -> None:
    """Whoever writes an offer over the example and keeps its key is told, instead of losing the row in silence."""
    row = {name: f'"{text}"' for name, text in example("offers", lang).items()}  # type: ignore[arg-type]
    assert rows_of(csv_of(row.values(), header=row)) == []
    (changed,) = rows_of(csv_of({**row, "quantity": "31"}.values(), header=row))
    assert faults(changed) == [("row_key", "example-row")]
