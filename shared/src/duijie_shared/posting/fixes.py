"""What to do about a refused cell, by the refusal's stable code."""

from __future__ import annotations

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
    "category": Fix("写明品类中的一种产品", "name one product of the category"),
    "beyond-price": Fix("改底价: 不高于要价 (不低于出价)", "let it not be above the ask (below the bid)"),
    "better-than-measured": Fix(
        "填实测所得的等级, 或核对实测值", "give the grade that was measured, or check the values"
    ),
    "breaks-not-falling": Fix("数量从小到大, 价格从高到低", "let quantities rise and prices fall"),
    "breaks-without-price": Fix("填写要价, 或删去量价档", "give an ask price, or remove the breaks"),
    "category-by-mass": Fix("改用重量单位, 如 kg、t、斤", "use a unit of mass, such as kg, t or 斤"),
    "category-too-wide": Fix("改用下级品类, 或写明产品", "name a narrower category, or a product"),
    "cell-error": Fix("改正出错的单元格, 或清空", "correct the cell, or clear it"),
    "closed": Fix("该记录已结束, 用新的行标识另行发布", "it has ended; post it anew under another key"),
    "example-row": Fix("为该行另取行标识, 或删去该行", "give the row its own key, or remove it"),
    "file-too-large": Fix(
        "删去多余的工作表和格式, 或分成几个文件", "remove what is not needed, or cut it into several files"
    ),
    "formula": Fix("复制该单元格, 再用“选择性粘贴 - 值”粘贴", "copy the cell and paste it as a value"),
    "lost-digits": Fix("把单元格设为文本, 再重新输入", "format the cell as text and type it anew"),
    "missing-column": Fix("在表头补上该列", "add the column to the header"),
    "not-a-date": Fix("写成 2026-09-01 这样的日期", "write the date as in 2026-09-01"),
    "not-a-flag": Fix("写 是 或 否", "write yes or no"),
    "not-a-pair": Fix("写成 横径=62 这样", "write it as in brix=13"),
    "not-graded": Fix(
        "补齐该标准要求的指标, 或填写等级", "give every measurement that the scheme asks, or a grade"
    ),
    "not-a-list": Fix("各项之间用 ; 分开", "separate the parts with ;"),
    "not-a-number": Fix("只写数字, 单位另有一列", "write digits only; the unit has its own column"),
    "not-a-table": Fix("另存为 XLSX 或 UTF-8 编码的 CSV", "save the file as XLSX or as UTF-8 CSV"),
    "not-an-option": Fix("从原因列出的词中选一个", "choose one of the words that the reason lists"),
    "not-text": Fix("改为文本", "write text"),
    "not-utf-8": Fix("另存为 XLSX 或 UTF-8 编码的 CSV", "save the file as XLSX or as UTF-8 CSV"),
    "other-kind": Fix(
        "在导入时选对文件内容, 或换用对应的模板", "choose the right kind, or use the template of this one"
    ),
    "other-version": Fix(
        "重新下载模板, 把内容粘贴过去", "download the template again and paste the rows into it"
    ),
    "out-of-range": Fix("改为允许范围内的值", "give a value within the limits"),
    "pack-content": Fix("写明一箱 (袋) 的内容, 如 箱(10kg)", "say what one pack holds, as in 箱(10kg)"),
    "repeated": Fix("同一项只写一次", "give each name once"),
    "repeated-column": Fix("删去重复的列", "remove the repeated column"),
    "repeated-row-key": Fix("为该行另取行标识, 或删去重复的行", "give the row another key, or remove it"),
    "required": Fix("填写该单元格", "fill the cell in"),
    "scheme-not-for-category": Fix(
        "等级标准留空, 用通用等级", "leave the scheme empty and use the common scale"
    ),
    "several-sheets": Fix(
        "把各行合到一张工作表, 或分成几个文件", "put the rows into one sheet, or into several files"
    ),
    "too-fine": Fix("减少小数位数, 或换更小的单位", "use fewer decimals, or a smaller unit"),
    "too-large": Fix("改小, 并核对单位", "make it smaller, and check the unit"),
    "too-long": Fix("缩短内容", "make it shorter"),
    "too-many-cells": Fix(
        "删去表头以外的单元格; CSV 中含逗号的内容加双引号",
        "clear the cells beyond the header; in a CSV quote cells that contain a comma",
    ),
    "too-small": Fix("填大于 0 的数", "give a number above 0"),
    "unit-does-not-fit": Fix("改用该产品可用的单位", "use a unit that fits the product"),
    "unknown-attribute": Fix("改用标准中的指标名", "use an attribute of the scheme"),
    "unknown-column": Fix(
        "改用说明中的列名, 或删去该列", "use a documented column name, or remove the column"
    ),
    "unknown-county": Fix(
        "填 6 位县级代码; 或留空并填经纬度", "give a six-digit code, or leave it empty and give coordinates"
    ),
    "unknown-grade": Fix(
        "填该等级体系中的等级; 通用等级为 1 至 5", "give a grade of the scheme; the common scale is 1 to 5"
    ),
    "unknown-party": Fix("先导入主体, 或改正主体的行标识", "import the party first, or correct its row key"),
    "unknown-product": Fix("填产品目录中的名称、代码或别名", "give a name, code or synonym of the catalogue"),
    "unknown-scheme": Fix(
        "留空使用通用等级, 或改用已知的等级体系",
        "leave it empty for the common scale, or name a known scheme",
    ),
    "unknown-unit": Fix(
        "改用 kg、t、斤、g 或该产品的计件单位", "use kg, t, 斤, g or a piece unit of the product"
    ),
    "unreadable": Fix(
        "用表格软件打开, 另存为 XLSX 后再导入", "open it in a spreadsheet program and save it as XLSX"
    ),
    "window-over": Fix("把截止日期改到今天或以后", "let the window end today or later"),
    "window-reversed": Fix("对调起止日期", "swap the two dates"),
}
_ANY = Fix("按原因改正后重新导入", "correct it as the reason says and import again")


def fix_of(code: str) -> Fix:
    """The advice for a code; a general one for codes without their own."""
    return _FIXES.get(code, _ANY)
