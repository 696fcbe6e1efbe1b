"""Encodings: what Chinese spreadsheets save is read, what is damaged is never read as something else."""

from __future__ import annotations

import codecs

import pytest
from duijie_shared.posting.columns import DESCRIPTIONS
from hypothesis import given
from hypothesis import strategies as st
from workbooks import HEADER, an_offer, csv_of, refusal, rows_of

NOTE = "高山马铃薯, 黄心; 净重"
CHINESE = [DESCRIPTIONS[name].zh for name in HEADER]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("header", [HEADER, CHINESE], ids=["en", "zh"])
def test_a_file_is_read_in_whatever_of_them_it_was_saved(encoding: str, header: list[str]) -> None:
    """UTF-8 with and without its mark, and what Excel saves as CSV on a Chinese machine."""
    content = csv_of(an_offer(product="马铃薯", note=f'"{NOTE}"'), header=header).encode(encoding)
    (row,) = rows_of(content)
    assert (row.row_key, row.fields["product"], row.fields["note"], row.errors) == ("o1", "马铃薯", NOTE, ())


def test_gb18030_has_a_mark_and_four_byte_characters_too() -> None:
    """A rare place name (㙟, 𠅤) is as good as any; the mark is no part of the first column's name."""
    (row,) = rows_of(("\ufeff" + csv_of(an_offer(note="㙟𠅤"))).encode("gb18030"))
    assert row.fields["note"] == "㙟𠅤"


def test_valid_utf_8_is_never_read_as_anything_else() -> None:
    """These bytes are valid in both encodings: UTF-8 wins."""
    content = csv_of(an_offer(note="土豆")).encode()
    assert content.decode("gb18030")
    assert rows_of(content)[0].fields["note"] == "土豆"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "marked"])
def test_damaged_utf_8_is_refused_with_its_line_not_read_as_gb18030(mark: bytes) -> None:
    """Half a character is gone in line 3; the rest would by chance be valid GB18030, and nonsense."""
    good = csv_of(an_offer(note="土豆")).encode()
    damaged = mark + good + csv_of(an_offer(row_key="o2", note="土豆土豆"), header=()).lstrip().encode()
    damaged = damaged.replace("土豆土豆".encode(), "土豆土豆".encode()[:-2] + b"A")
    assert damaged.removeprefix(mark).decode("gb18030")
    codes, said = refusal(damaged)
    assert codes == [("file", "not-utf-8")]
    assert "line 3" in said
    assert "GB18030" not in said


def test_what_is_neither_is_refused_with_its_line() -> None:
    """One byte that neither encoding has, among Chinese text in GB18030."""
    content = csv_of(an_offer(note="土豆"), an_offer(row_key="o2", note="红薯")).encode("gb18030")
    codes, said = refusal(content.replace("红薯".encode("gb18030"), b"\xff"))
    assert codes == [("file", "not-utf-8")]
    assert "line 3" in said


def test_a_long_file_says_the_right_line() -> None:
    """The file is judged piece by piece; the count of lines goes on across them."""
    lines = [an_offer(row_key=f"o{n}", note="x" * 100) for n in range(5_000)]
    content = csv_of(*lines).encode().replace(b"o4321,", b"o\xff4321,")
    assert "line 4323" in refusal(content)[1]


def test_utf_16_is_named() -> None:
    """Excel's “Unicode text”: the message says what it is, not that a line is broken."""
    codes, said = refusal(csv_of(an_offer()).encode("utf-16"))
    assert (codes, "UTF-16" in said) == ([("file", "not-utf-8")], True)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8, max_size=40))
def test_chinese_text_in_gb18030_is_not_taken_for_damaged_utf_8(text: str) -> None:
    """Any common characters: the few that look like UTF-8 by chance are outnumbered."""
    (row,) = rows_of(csv_of(an_offer(note=text), header=CHINESE).encode("gb18030"))
    assert row.fields["note"] == text
