"""What to do about a refused cell, by the refusal's stable code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fix:
    """Advice in both languages."""

    zh: str
    en: str


_FIXES = {
    "ambiguous-county": Fix(
        "改用原因中列出的现行代码之一", "give one of the present codes named in the reason"
    ),
    "bad-characters": Fix(
        "删去看不见的字符, 重新输入该单元格", "type the cell anew, without invisible characters"
    ),
    "bad-uscc": Fix("核对 18 位统一社会信用代码, 或留空", "check the 18-digit code, or leave it empty"),
    "missing-column": Fix("在表头补上该列", "add the column to the header"),
    "not-a-date": Fix("写成 2026-09-01 这样的日期", "write the date as in 2026-09-01"),
    "not-a-number": Fix("只写数字, 单位写在 unit 列", "write digits only; the unit has its own column"),
    "not-an-option": Fix("从原因列出的词中选一个", "choose one of the words that the reason lists"),
    "not-utf-8": Fix("另存为 UTF-8 编码的 CSV", "save the file as UTF-8 CSV"),
    "repeated-column": Fix("删去重复的列", "remove the repeated column"),
    "repeated-row-key": Fix("为该行另取 row_key, 或删去重复的行", "give the row another key, or remove it"),
    "required": Fix("填写该单元格", "fill the cell in"),
    "too-fine": Fix("减少小数位数, 或换更小的单位", "use fewer decimals, or a smaller unit"),
    "too-many-cells": Fix("含逗号的内容加双引号", "quote cells that contain a comma"),
    "unit-does-not-fit": Fix("改用该产品可用的单位", "use a unit that fits the product"),
    "unknown-column": Fix(
        "改用说明中的列名, 或删去该列", "use a documented column name, or remove the column"
    ),
    "unknown-county": Fix(
        "填 6 位县级代码; 或留空并填经纬度", "give a six-digit code, or leave it empty and give coordinates"
    ),
    "unknown-grade": Fix(
        "填该等级体系中的等级; 通用等级为 1 至 5", "give a grade of the scheme; the common scale is 1 to 5"
    ),
    "unknown-product": Fix("填产品目录中的名称、代码或别名", "give a name, code or synonym of the catalogue"),
    "unknown-scheme": Fix(
        "留空使用通用等级, 或改用已知的等级体系",
        "leave it empty for the common scale, or name a known scheme",
    ),
    "unknown-unit": Fix(
        "改用 kg、t、斤、g 或该产品的计件单位", "use kg, t, 斤, g or a piece unit of the product"
    ),
    "window-over": Fix("把截止日期改到今天或以后", "let the window end today or later"),
    "window-reversed": Fix("对调起止日期", "swap the two dates"),
}
_ANY = Fix("按原因改正后重新导入", "correct it as the reason says and import again")


def fix_of(code: str) -> Fix:
    """The advice for a code; a general one for codes without their own."""
    return _FIXES.get(code, _ANY)
