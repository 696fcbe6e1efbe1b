"""The sheet of explanations in a template: what to know, every column, the grades of every scheme."""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from duijie_shared.posting.columns import COLUMNS, DESCRIPTIONS, REQUIRED, FileKind, Language, title
from duijie_shared.posting.examples import example
from duijie_shared.sheets.book import Book
from duijie_shared.tabular.formulas import neutralised
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.grades import COMMON_SCALE

NAMES = {"zh": "说明", "en": "Guide"}

_ADVICE = {
    "zh": (
        "从“{sheet}”表的第 4 行起, 每行填一条; 蓝色列必填。第 1 行的版本标记和第 2 行的列名请保留。",
        "第 3 行是示例: 原样不动时不会导入; 要用这一行, 请改写行标识。",
        "行标识由您自定。再次导入时, 行标识相同而内容不同的行会被修改, 内容相同的不变。",
        "只填写值: 公式不会被计算, 含公式的单元格会被退回。日期写成 2027-09-01。",
        "下拉列表中的词之外, 别名和另一种语言的词也可以填。",
        "可以存为 XLSX, 或 UTF-8、GB18030 编码的 CSV。列的顺序可以变, 非必填的列可以删去。",
        "被退回的行会逐格说明原因和处理办法, 其余的行照常保存。",
    ),
    "en": (
        "Fill in the sheet “{sheet}” from row 4 on, one entry a row; blue columns are required. "
        "Keep the version mark in row 1 and the column names in row 2.",
        "Row 3 is an example: as it is, it is not imported; to use the row, give it a key of its own.",
        "Row keys are yours to choose. When a file is imported again, rows with the same key and other content "
        "are amended, those with the same content stay as they are.",
        "Write values only: formulas are never worked out, cells with one are refused. Write dates as 2027-09-01.",
        "Beside the words of the drop-down lists, synonyms and words of the other language are taken too.",
        "Save as XLSX, or as CSV in UTF-8 or GB18030. Columns may change places, those that are not required may go.",
        "Rows that are refused come with the reason and what to do, cell by cell; the others are stored.",
    ),
}
_HEADINGS = {
    "zh": ("列", "必填", "填什么", "示例"),
    "en": ("Column", "Required", "What to write", "Example"),
}
_GRADES = {
    "zh": ("等级标准", "等级 (括号内为通用等级, 5 最好)", "部分标准的等级名称凭记忆录入, 以标准原文为准。"),
    "en": (
        "Grade scheme",
        "Grades (in brackets their place on the common scale, 5 is best)",
        "The grade names of some standards were recalled from memory: the standard's own text decides.",
    ),
}


def add_guide(book: Book, kind: FileKind, lang: Language, data_sheet: str) -> None:
    """Add the sheet."""
    sheet = book.sheet(NAMES[lang])
    bold, wrap = book.format(bold=True, bottom=1), book.format(text_wrap=True, valign="top")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 70)
    sheet.set_column(3, 3, 24)
    row = 0
    for line in _ADVICE[lang]:
        sheet.merge_range(row, 0, row, 3, line.format(sheet=data_sheet), wrap)
        sheet.set_row(row, 30)
        row += 1
    row = _write(sheet, row + 1, _HEADINGS[lang], bold)
    shown = example(kind, lang)
    yes = "是" if lang == "zh" else "yes"
    for column in COLUMNS[kind]:
        about = DESCRIPTIONS[column]
        words = about.help_zh if lang == "zh" else about.help_en
        required = yes if column in REQUIRED[kind] else ""
        row = _write(sheet, row, (title(column, lang), required, words, shown.get(column, "")), wrap)
    if "grade_scheme" in COLUMNS[kind]:
        heading, explained, caution = _GRADES[lang]
        row = _write(sheet, row + 1, (heading, "", explained), bold)
        for scheme, grades in _schemes(lang):
            row = _write(sheet, row, (scheme, "", grades), wrap)
        _write(sheet, row, ("", "", caution), wrap)


def _write(sheet: Worksheet, row: int, texts: tuple[str, ...], style: Format) -> int:
    """A row of text; the number of the next."""
    for position, text in enumerate(texts):
        if text:
            sheet.write_string(row, position, neutralised(text), style)
    return row + 1


def _schemes(lang: Language) -> list[tuple[str, str]]:
    """Every scheme with its grades, best first; the empty scheme is the common scale."""
    found = []
    for scheme in taxonomy().grade_schemes.values():
        names = (grade.name_zh if lang == "zh" else grade.name_en for grade in scheme.grades)
        listed = ", ".join(f"{name} ({grade.rank})" for name, grade in zip(names, scheme.grades, strict=True))
        common = "(空)" if lang == "zh" else "(empty)"
        found.append((common if scheme.code == COMMON_SCALE else scheme.standard or scheme.code, listed))
    return found
