"""Templates to download and fill in."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from duijie_shared.posting.columns import (
    COLUMNS,
    DESCRIPTIONS,
    KIND_TITLES,
    REQUIRED,
    FileKind,
    Language,
    title,
)
from duijie_shared.posting.examples import example
from duijie_shared.posting.fields import EARLIEST, LATEST
from duijie_shared.sheets.book import FIRST_ROW, HEADER_ROW, Book, DataSheet
from duijie_shared.sheets.export import FileFormat, write_rows
from duijie_shared.sheets.guide import add_guide
from duijie_shared.sheets.options import list_of, options

LAST_ROW = 100_000
"""Row down to which cells are checked while typing."""

LISTS = {"zh": "选项", "en": "Lists"}
_TITLES = {"zh": "对接 · {} · 导入模板", "en": "Duijie · {} · import template"}
_REQUIRED = {"zh": "必填", "en": "required"}
_MAY_DIFFER = {
    "zh": "列表之外的别名也可能被接受。确定要用这个词吗?",
    "en": "Synonyms that are not in the list may be accepted too. Keep this word?",
}
_A_NUMBER = {
    "zh": "这里应是数字, 单位另有一列。",
    "en": "This should be a number; the unit has its own column.",
}
_A_DAY = {"zh": "这里应是日期, 如 2027-09-01。", "en": "This should be a date like 2027-09-01."}
_BELOW_ZERO = {"latitude", "longitude", "to_latitude", "to_longitude"}


def template(kind: FileKind, lang: Language, format: FileFormat = "xlsx") -> bytes:  # noqa: A002 - the word for it
    """A file to fill in: in XLSX title and version cell, header with notes, drop-downs, an example row, explanations;
    in CSV the header and the example row.

    The same kind, language and format give the same bytes, so that the file can be cached by its content.
    """
    if format == "csv":
        return b"".join(write_rows(kind, [example(kind, lang)], format, lang))
    stream = io.BytesIO()
    book = Book(stream)
    name = KIND_TITLES[kind][0 if lang == "zh" else 1]
    header = [(column, title(column, lang)) for column in COLUMNS[kind]]
    data = DataSheet(book, kind, name=name, title=_TITLES[lang].format(name), header=header)
    shown = example(kind, lang)
    data.write(
        FIRST_ROW, [shown.get(column, "") for column in COLUMNS[kind]], italic=True, font_color="#808080"
    )
    add_guide(book, kind, lang, name)
    places = _add_lists(book, kind, lang)
    for position, column in enumerate(COLUMNS[kind]):
        data.sheet.write_comment(HEADER_ROW, position, _note(kind, column, lang), {"x_scale": 2})
        check = _check(column, lang, places)
        if check:
            data.sheet.data_validation(
                FIRST_ROW,
                position,
                LAST_ROW,
                position,
                {"error_type": "warning", "ignore_blank": True, **check},
            )
    data.sheet.set_comments_author("Duijie")
    data.sheet.activate()
    book.close()
    return stream.getvalue()


def _note(kind: FileKind, column: str, lang: Language) -> str:
    about = DESCRIPTIONS[column]
    words = about.help_zh if lang == "zh" else about.help_en
    return f"{words} ({_REQUIRED[lang]})" if column in REQUIRED[kind] else words


def _check(column: str, lang: Language, places: dict[str, str]) -> dict[str, Any] | None:
    form = DESCRIPTIONS[column].form
    if list_of(column) in places:
        # A grade of a scheme, a synonym, a pack with its content are as good as the words of the list.
        return {"validate": "list", "source": places[list_of(column)], "error_message": _MAY_DIFFER[lang]}
    if form == "number":
        least = -180 if column in _BELOW_ZERO else 0
        return {"validate": "decimal", "criteria": ">=", "value": least, "error_message": _A_NUMBER[lang]}
    if form == "date":
        days = {"minimum": _midnight(EARLIEST), "maximum": _midnight(LATEST)}
        return {"validate": "date", "criteria": "between", **days, "error_message": _A_DAY[lang]}
    return None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day of the calendar


def _add_lists(book: Book, kind: FileKind, lang: Language) -> dict[str, str]:
    """A hidden sheet with the words of the drop-downs; where each list stands."""
    wanted = {list_of(column) for column in COLUMNS[kind]}
    sheet = book.sheet(LISTS[lang])
    places = {}
    for position, (column, words) in enumerate((c, w) for c, w in options(lang).items() if c in wanted):
        sheet.write_string(0, position, title(column, lang) if column in COLUMNS[kind] else column)
        for row, word in enumerate(words, 1):
            sheet.write_string(row, position, word)
        letter = xl_col_to_name(position)
        places[column] = f"='{LISTS[lang]}'!${letter}$2:${letter}${len(words) + 1}"
    sheet.hide()
    return places
