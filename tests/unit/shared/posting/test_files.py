"""Files as people save them: columns in any order, faults by row and name, nothing read that is not understood."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from duijie_shared.posting import PostingError, files, parse_offer
from duijie_shared.posting.examples import example
from duijie_shared.posting.files import (
    COLUMNS,
    LONGEST_CELL,
    REQUIRED,
    FileKind,
    check_header,
    count_rows,
    read_rows,
)
from postings import TODAY, refusals

HEADER = "row_key,party,product,grade,quantity,unit,county,available_from,available_to,note"
ROW = "o1,p1,potato,4,30,t,520526,2026-11-25,2027-01-20,"
KINDS: tuple[FileKind, ...] = ("offers", "demands", "capacities", "parties")


def rows(text: str | bytes, kind: FileKind = "offers") -> list[files.Row]:
    return list(read_rows(text.encode() if isinstance(text, str) else text, kind))


def header_faults(header: str, kind: FileKind = "offers") -> list[tuple[str, str]]:
    with pytest.raises(PostingError) as caught:
        read_rows(header.encode(), kind)
    return refusals(caught.value)


def row_faults(row: files.Row) -> list[tuple[str, str]]:
    return refusals(PostingError(row.errors))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_is_read_whatever_saved_it(mark: str, end: str) -> None:
    """With and without a byte order mark, with either line end, with and without the last one."""
    (row,) = rows(f"{mark}{HEADER}{end}{ROW}{end}")
    assert (row.number, row.row_key, row.party, row.errors) == (2, "o1", "p1", ())
    assert parse_offer(row.fields, source="text", today=TODAY).quantity == 30_000_000
    assert rows(f"{mark}{HEADER}{end}{ROW}") == [row]


def test_columns_in_any_order_mean_the_same() -> None:
    """The header says which is which; blanks around a name do not count."""
    turned = [",".join(reversed(line.split(","))) for line in (HEADER.replace(",", " , "), ROW)]
    assert rows("\n".join(turned)) == rows(f"{HEADER}\n{ROW}")


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks() -> None:
    """Such a row is one row; the next has the next number, as a spreadsheet shows it."""
    first, second = rows(f'{HEADER}\r\n{ROW}"一,\r\n""二"""\r\n{ROW.replace("o1", "o2")}三\r\n')
    assert first.fields["note"] == '一,\r\n"二"'
    assert (second.number, second.fields["note"]) == (3, "三")


def test_blank_lines_are_no_rows_but_count() -> None:
    """The numbers stay those of the spreadsheet."""
    found = rows(f"{HEADER}\n\n{ROW}\n,,,,\n  \n{ROW.replace('o1', 'o2')}\n\n")
    assert [row.number for row in found] == [3, 6]


def test_short_rows_lack_their_last_cells() -> None:
    """What is absent is empty; the parser says which of it was required."""
    (row,) = rows(f"{HEADER}\no1,p1,potato\n")
    with pytest.raises(PostingError) as caught:
        parse_offer(row.fields, source="text", today=TODAY)
    assert ("unit", "required") in refusals(caught.value)


def test_a_row_with_too_many_cells_is_refused() -> None:
    """A comma that was not quoted has moved the cells; exactly as many as the header is right."""
    row, right = rows(f"{HEADER}\n{ROW}a,b\n{ROW.replace('o1', 'o2')}a\n")
    assert row_faults(row) == [("row", "too-many-cells")]
    assert right.errors == ()


def test_a_row_needs_its_key_and_its_party() -> None:
    """Without them it cannot be known again; parties have no party."""
    row, blank = rows(f"{HEADER}\n,,potato\n  ,p1,potato")
    assert row_faults(row) == [("row_key", "required"), ("party", "required")]
    assert row_faults(blank) == [("row_key", "required")]
    (party,) = rows("row_key,name,kind\np1,合作社,producer", "parties")
    assert party.errors == ()


def test_a_row_key_is_a_word_of_a_hundred_characters_at_most() -> None:
    """Control characters would break the store, long keys the index."""
    fits, long, hostile, turned = rows(
        f"{HEADER}\n{'字' * 100},p1,x\n{'字' * 101},p1,x\na\0b,p1,x\n\u202ea,\u202ep,x"
    )
    assert fits.errors == ()
    assert row_faults(long) == [("row_key", "too-long")]
    assert row_faults(hostile) == [("row_key", "bad-characters")]
    assert row_faults(turned) == [("row_key", "bad-characters"), ("party", "bad-characters")]


def test_a_repeated_row_key_names_its_first_row() -> None:
    """Of one party: another party may use the same key. Two normal forms of one word are one key."""
    again = ROW.replace("o1", "cafe\u0301"), ROW.replace("o1", "caf\u00e9"), ROW.replace("p1", "p2")
    first, second, other, plain = rows("\n".join((HEADER, *again, ROW)))
    assert row_faults(second) == [("row_key", "repeated-row-key")]
    assert "2" in second.errors[0].en
    assert first.errors == other.errors == plain.errors == ()


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_columns_are_refused_by_name(kind: FileKind) -> None:
    """All of them, with what there is: nothing of the file is read."""
    header = ",".join(COLUMNS[kind])
    assert header_faults(f"{header},colour,pric\n", kind) == [
        ("colour", "unknown-column"), ("pric", "unknown-column"),
    ]  # fmt: skip
    assert list(read_rows(f"{header}\n".encode(), kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_missing_columns_are_refused_by_name(kind: FileKind) -> None:
    """Those without which no row could be accepted; the others may be left out."""
    assert header_faults("", kind) == [(name, "missing-column") for name in REQUIRED[kind]]
    assert list(read_rows(",".join(REQUIRED[kind]).encode(), kind)) == []


def test_a_repeated_column_is_refused() -> None:
    """Which of the two is meant?"""
    assert header_faults(f"{HEADER},note") == [("note", "repeated-column")]


@pytest.mark.parametrize("name", ["a\0b", "\u202ex", "x" * 1000, "Product", "品名"])
def test_hostile_and_foreign_column_names_can_be_answered(name: str) -> None:
    """Escaped and cut; a name in another case is not guessed."""
    ((field, code),) = header_faults(f"{HEADER},{name}")
    assert code == "unknown-column"
    assert field.isprintable()
    assert len(field) < 100


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", "2"), ("utf-16", "1")])
def test_another_encoding_is_refused_with_the_line(encoding: str, line: str) -> None:
    """Saved by a spreadsheet of another age: it says what to do, instead of reading nonsense."""
    with pytest.raises(PostingError) as caught:
        read_rows(f"{HEADER}\n{ROW}café\n".encode(encoding), "offers")
    assert refusals(caught.value) == [("file", "not-utf-8")]
    assert line in caught.value.errors[0].en


def test_a_file_that_breaks_off_is_refused_at_its_row() -> None:
    """An open quote swallows the rest: the rows before it are good, the fault has a number."""
    reader = read_rows(f'{HEADER}\n{ROW}\n{ROW.replace("o1", "o2")}"open\n'.encode(), "offers")
    assert next(reader).row_key == "o1"
    with pytest.raises(PostingError) as caught:
        next(reader)
    assert refusals(caught.value) == [("file", "unreadable")]
    assert "row 3" in caught.value.errors[0].en


def test_an_endless_cell_is_refused() -> None:
    """The longest that is read, one more, and one that the reader itself gives up on."""
    fits, long = rows(
        f"{HEADER}\n{ROW}{'x' * LONGEST_CELL}\n{ROW.replace('o1', 'o2')}{'x' * (LONGEST_CELL + 1)}"
    )
    assert fits.errors == ()
    assert row_faults(long) == [("note", "too-long")]
    with pytest.raises(PostingError) as caught:
        rows(f"{HEADER}\n{ROW}{'x' * 200_000}")
    assert refusals(caught.value) == [("file", "unreadable")]


def test_rows_are_counted_as_they_are_read() -> None:
    """Blank ones and an example that nobody touched are left out; a file that breaks off is refused, not half counted."""
    sample = example("offers", "zh")
    template = f"{','.join(sample)}\n{','.join(sample.values())}\n"
    for text in (
        f"\ufeff{HEADER}\n{ROW}\n\n{ROW}\n",
        f"{HEADER}\n",
        template,
        template.replace(",30,", ",31,"),
    ):
        assert count_rows(text.encode(), "offers") == len(rows(text))
    with pytest.raises(PostingError) as caught:
        count_rows(f"{HEADER}\n{ROW}\n{ROW}{'x' * 200_000}\n".encode(), "offers")
    assert refusals(caught.value) == [("file", "unreadable")]


def test_a_header_is_checked_without_reading_the_rows() -> None:
    """What is wrong with the header is told at once; what is wrong below it is for whoever reads on."""
    check_header(f"{HEADER}\n{ROW}\n{ROW}{'x' * 200_000}\n".encode(), "offers")
    with pytest.raises(PostingError) as caught:
        check_header(f"{HEADER},colour\n{ROW}\n".encode(), "offers")
    assert refusals(caught.value) == [("colour", "unknown-column")]


def test_a_short_row_has_every_column_of_the_header() -> None:
    """An empty cell is told from a column that the file does not have."""
    (row,) = rows(f"{HEADER}\n{ROW.rpartition(',')[0]}\n")
    assert {"row_key", "party"} | row.fields.keys() == set(HEADER.split(","))
    assert "reserve_price" not in row.fields


def test_every_refusal_code_of_the_parser_is_in_these_tests() -> None:
    """A new code comes with its test: the codes are what programs rely on."""
    source = Path(files.__file__).parent
    text = "".join(path.read_text("utf-8") for path in source.glob("*.py"))
    codes = set(re.findall(r'(?:refuse|FieldError)\(\s*(?:\w+|f?"[\w]+"),\s*"([a-z0-9-]+)"', text))
    tests = (
        path
        for folder in ("posting", "sheets")
        for path in Path(__file__).parents[1].glob(f"{folder}/test_*.py")
    )
    tested = "".join(path.read_text("utf-8") for path in tests)
    assert len(codes) > 20
    assert {code for code in codes if f'"{code}"' not in tested} == set()
