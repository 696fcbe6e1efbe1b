"""The columns of import files: their titles in Chinese and what goes into them. Their names are the English titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from duijie_shared.posting.capacities import CAPACITY_FIELDS
from duijie_shared.posting.orders import DEMAND_FIELDS, OFFER_FIELDS
from duijie_shared.posting.parties import PARTY_FIELDS

FileKind = Literal["offers", "demands", "capacities", "parties"]
Language = Literal["zh", "en"]
Form = Literal["text", "number", "date", "list"]
"""`list` is text with `;` between its parts."""

KEYS: Mapping[FileKind, tuple[str, ...]] = {
    "offers": ("row_key", "party"),
    "demands": ("row_key", "party"),
    "capacities": ("row_key", "party"),
    "parties": ("row_key",),
}
"""The columns that say which row this is and whose; the API's bodies do without them."""

COLUMNS: Mapping[FileKind, tuple[str, ...]] = {
    "offers": (*KEYS["offers"], *OFFER_FIELDS),
    "demands": (*KEYS["demands"], *DEMAND_FIELDS),
    "capacities": (*KEYS["capacities"], *CAPACITY_FIELDS),
    "parties": (*KEYS["parties"], *PARTY_FIELDS),
}

REQUIRED: Mapping[FileKind, tuple[str, ...]] = {
    "offers": ("row_key", "party", "product", "grade", "quantity", "unit", "available_from", "available_to"),
    "demands": ("row_key", "party", "product", "quantity", "unit", "needed_from", "needed_to"),
    "capacities": (
        "row_key",
        "party",
        "activity",
        "throughput_per_day",
        "unit",
        "fee",
        "available_from",
        "available_to",
    ),
    "parties": ("row_key", "name", "kind"),
}
"""Columns without which no row could be accepted."""

KIND_TITLES: Mapping[FileKind, tuple[str, str]] = {
    "offers": ("供应", "Offers"),
    "demands": ("需求", "Demands"),
    "capacities": ("服务能力", "Capacities"),
    "parties": ("主体", "Parties"),
}

SCHEMA_VERSION = 1
"""Grows when a column changes its meaning; a template of another version is refused."""

_MARK = re.compile(r"duijie/(offers|demands|capacities|parties)/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `zh` is its Chinese title, the help says in a sentence what to write."""

    zh: str
    form: Form
    help_zh: str
    help_en: str


_COORDINATE = "WGS84 十进制度数, 最多 7 位小数; 可空", "WGS84 decimal degrees, up to 7 decimals; may be empty"
_DAY_FROM = "日期, 如 2027-09-01, 当天 0 点起", "a date like 2027-09-01, from 00:00 of that day"
_DAY_TO = "日期, 如 2027-10-31, 到当天 24 点", "a date like 2027-10-31, to 24:00 of that day"
_COUNTY = (
    "6 位县级行政区划代码 (GB/T 2260); 可空, 但须填经纬度",
    "six-digit county code (GB/T 2260); may be empty beside coordinates",
)

DESCRIPTIONS: Mapping[str, Column] = {
    "row_key": Column(
        "行标识",
        "text",
        "自定的编号, 每行不同; 再次导入时凭它认出同一行",
        "a key of your own, another in each row; the row is known again by it",
    ),
    "party": Column(
        "主体", "text", "主体的行标识, 先导入主体", "the row key of the party; import parties first"
    ),
    "name": Column("名称", "text", "主体全称", "the party's full name"),
    "kind": Column("类别", "text", "从列表中选一项", "one of the list"),
    "uscc": Column(
        "统一社会信用代码",
        "text",
        "18 位, 单元格须为文本; 可空",
        "18 characters, in a text cell; may be empty",
    ),
    "contact": Column(
        "联系方式",
        "text",
        "双方都接受前不公开; 可空",
        "shown to nobody before both sides accept; may be empty",
    ),
    "product": Column(
        "产品", "text", "产品目录中的名称、代码或别名", "a name, code or synonym of the catalogue"
    ),
    "grade_scheme": Column(
        "等级标准",
        "text",
        "等级所依的标准; 空为通用等级",
        "the scheme of the grade; empty for the common scale",
    ),
    "grade": Column(
        "等级",
        "text",
        "通用等级 5 (最好) 到 1, 或该标准中的等级",
        "5 (best) to 1 of the common scale, or a grade of the scheme",
    ),
    "min_grade": Column(
        "最低等级",
        "text",
        "接受的最低等级; 空为不限",
        "the lowest grade that is accepted; empty for any",
    ),
    "quantity": Column(
        "数量",
        "number",
        "大于 0 的数字, 单位写在“单位”列",
        "a number above 0; its unit has a column of its own",
    ),
    "unit": Column("单位", "text", "数量和价格的单位", "the unit of quantity and price"),
    "min_lot": Column(
        "起订量",
        "number",
        "一次成交的最小数量, 单位同上; 可空",
        "the least of one deal, in the same unit; may be empty",
    ),
    "ask_price": Column(
        "要价",
        "number",
        "产地价, 元/单位; 空为面议",
        "CNY per unit at the farm gate; empty for negotiable",
    ),
    "bid_price": Column(
        "出价",
        "number",
        "到货价, 元/单位; 空为面议",
        "CNY per unit at the buyer's door; empty for negotiable",
    ),
    "county": Column("县级代码", "text", *_COUNTY),
    "latitude": Column("纬度", "number", *_COORDINATE),
    "longitude": Column("经度", "number", *_COORDINATE),
    "available_from": Column("可供起始日", "date", *_DAY_FROM),
    "available_to": Column("可供截止日", "date", *_DAY_TO),
    "needed_from": Column("需求起始日", "date", *_DAY_FROM),
    "needed_to": Column("需求截止日", "date", *_DAY_TO),
    "harvest_date": Column(
        "采收日期", "date", "日期, 可以在将来; 可空", "a date, which may lie ahead; may be empty"
    ),
    "temperature": Column(
        "温度", "text", "运输温度; 空为该产品的常例", "of transport; empty for what the product needs"
    ),
    "certificates": Column(
        "认证",
        "list",
        "用 ; 分开, 如 绿色;有机; 可空",
        "separated by ; as in green;organic; may be empty",
    ),
    "origin_counties": Column(
        "产地县",
        "list",
        "只要这些县的货: 县级代码, 用 ; 分开; 可空",
        "only goods of these counties: codes separated by ;; may be empty",
    ),
    "measurements": Column(
        "实测指标",
        "list",
        "如 横径=62;可溶性固形物=13; 代替等级或作其依据; 可空",
        "as in diameter_mm=62;brix=13; instead of a grade or beside it; may be empty",
    ),
    "pack_multiple": Column(
        "包装倍数",
        "number",
        "成交数量须为它的整数倍, 单位同上; 可空",
        "a deal's quantity is a whole number of it, in the same unit; may be empty",
    ),
    "catch_weight": Column(
        "重量容差",
        "number",
        "实交与约定数量可差的比例, 0 到 0.2; 可空",
        "the share by which the weight delivered may differ, 0 to 0.2; may be empty",
    ),
    "price_breaks": Column(
        "量价档",
        "list",
        "如 10=1750;20=1700: 一次买满 10 个单位起每单位 1750 元; 可空",
        "as in 10=1750;20=1700: from 10 units in one deal on 1750 CNY per unit; may be empty",
    ),
    "reserve_price": Column(
        "底价",
        "number",
        "不公开: 成交价不会越过它, 元/单位; 可空",
        "private: no deal goes beyond it, CNY per unit; may be empty",
    ),
    "publish_price": Column(
        "公开价格", "text", "是 或 否; 空为否", "yes or no; empty for no"
    ),
    "evidence": Column(
        "证据等级",
        "text",
        "需求: 要求的最低等级; 供应: 由平台据凭证认定, 仅 duijie match 读取; 可空",
        "of a demand the least asked; of an offer judged by records, read by duijie match alone; may be empty",
    ),
    "area": Column(
        "种植面积",
        "number",
        "亩; 用于核对数量是否合理, 不公开; 可空",
        "mu (1/15 ha); checks the quantity, stays private; may be empty",
    ),
    "note": Column("备注", "text", "可空", "may be empty"),
    "activity": Column("作业", "text", "从列表中选一项", "one of the list"),
    "product_in": Column(
        "投入产品",
        "text",
        "处理的产品; 加工必填",
        "what is taken in; required for processing",
    ),
    "product_out": Column(
        "产出产品", "text", "得到的产品; 加工必填", "what comes out; required for processing"
    ),
    "yield": Column(
        "出品率",
        "number",
        "产出与投入之比, 如 0.8; 加工必填",
        "what comes out of one taken in, like 0.8; required for processing",
    ),
    "throughput_per_day": Column(
        "日处理量", "number", "每天可处理的数量", "what can be taken in on a day"
    ),
    "fee": Column("费用", "number", "元/单位 (按投入计)", "CNY per unit taken in"),
    "loss": Column(
        "损耗率", "number", "0 到 1 之间, 如 0.02; 可空", "between 0 and 1, like 0.02; may be empty"
    ),
    "to_county": Column("到达县", "text", *_COUNTY),
    "to_latitude": Column("到达纬度", "number", *_COORDINATE),
    "to_longitude": Column("到达经度", "number", *_COORDINATE),
}  # fmt: skip


def title(column: str, lang: Language) -> str:
    """The title of a column in the header of a file."""
    return DESCRIPTIONS[column].zh if lang == "zh" else column


def column_of(text: str, kind: FileKind) -> str | None:
    """The column that a header cell names, by its name or its Chinese title, exactly; None for any other word."""
    return next((name for name in COLUMNS[kind] if text in {name, DESCRIPTIONS[name].zh}), None)


def mark(kind: FileKind) -> str:
    """What the version cell of a template says."""
    return f"duijie/{kind}/{SCHEMA_VERSION}"


def read_mark(text: str) -> tuple[FileKind, int] | None:
    """Kind and schema version that a version cell says; None for any other text."""
    found = _MARK.fullmatch(text)
    return None if found is None else (cast(FileKind, found[1]), int(found[2]))
