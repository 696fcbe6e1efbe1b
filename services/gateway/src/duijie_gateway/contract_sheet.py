"""The contract sheet of a deal: one page of A4 in Chinese, for both sides to sign and seal.

The text font is one of the CJK fonts that every PDF reader brings along (ISO 32000-1, 9.7.5.2: STSong-Light with
UniGB-UCS2-H), so nothing is installed and a sheet stays a few kilobytes.
"""

from __future__ import annotations

import datetime as dt
import io
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import cn2an
from duijie_shared.geography import counties
from duijie_shared.taxonomy import taxonomy
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportlab.platypus import Flowable

FONT = "STSong-Light"
SHANGHAI = ZoneInfo("Asia/Shanghai")
UNITS_ZH = {"kg": "千克", "piece": "件", "room-night": "间夜", "seat": "座"}
CERTIFICATES_ZH = {
    "green": "绿色食品",
    "organic": "有机产品",
    "gi": "农产品地理标志",
    "conformity": "承诺达标合格证",
}
TEMPERATURES_ZH = {"ambient": "常温", "chilled": "冷藏", "frozen": "冷冻"}
_WIDTH = A4[0] - 40 * mm
_BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=14.5, wordWrap="CJK")
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=9, leading=13, textColor=colors.HexColor("#444444"))
_TITLE = ParagraphStyle("title", parent=_BODY, fontSize=18, leading=26, alignment=1)
_CLAUSES = (
    "一、货物、数量、单价如上表; 单价为到货价, 已含从产地到买方的运输及表列加工、储存费用。",
    "二、卖方保证货物达到上表等级并随货提供所列证书; 不合格部分买方可拒收, 并在平台登记原因。",
    "三、货物在卖方期限内发出、在买方期限内到达; 分批交付的, 每批由双方在平台登记发货与收货数量。",
    "四、付款方式与期限: ________________________________________________",
    "五、违约责任与争议解决: ____________________________________________",
    "六、本单一式两份, 双方签字盖章后生效; 平台提供撮合与登记, 不是合同当事人。",
)


def contract_sheet(contract: Mapping[str, Any]) -> bytes:
    """A PDF of catalog's contract answer `{deal, seller, buyer}`; the same answer gives the same bytes."""
    registerFont(UnicodeCIDFont(FONT))
    deal, seller, buyer = contract["deal"], contract["seller"], contract["buyer"]
    story: list[Flowable] = [
        Paragraph("农产品购销合同单", _TITLE),
        Paragraph(f"合同编号 {deal['id']}    成交时间 {_moment(deal['ended_at'])}", _SMALL),
        Spacer(1, 4 * mm),
        _table([["", "卖方 (甲方)", "买方 (乙方)"], *_sides(seller, buyer)], (22 * mm, None, None)),
        Spacer(1, 3.5 * mm),
        _table(_goods(deal, seller, buyer), (32 * mm, None), headed=False),
        Spacer(1, 3.5 * mm),
        *_legs(deal),
        *(Paragraph(escape(clause), _BODY) for clause in _CLAUSES),
        Spacer(1, 6 * mm),
        _signatures(),
    ]
    out = io.BytesIO()
    sheet = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=14 * mm,
        bottomMargin=14 * mm,
        title=f"农产品购销合同单 {deal['id']}",
        author="Duijie",
        lang="zh-CN",
        invariant=1,
    )
    sheet.build(story)
    return out.getvalue()


def total(quantity: float, price: float) -> Decimal:
    """What is to be paid, in CNY to the cent."""
    return (Decimal(str(quantity)) * Decimal(str(price))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _sides(seller: Mapping[str, Any], buyer: Mapping[str, Any]) -> list[list[str]]:
    both = (seller, buyer)
    place = "({:.6f}, {:.6f})"
    return [
        ["名称", *(side["name"] for side in both)],
        ["统一社会信用代码", *(side["uscc"] or "________________" for side in both)],
        ["联系方式", *(side["contact"] or "________________" for side in both)],
        [
            "地点",
            *(
                f"{_county(side['county'])} {place.format(side['latitude'], side['longitude'])}"
                for side in both
            ),
        ],
        ["期限", *(f"{side['from']} 至 {side['to']}" for side in both)],
    ]


def _goods(deal: Mapping[str, Any], seller: Mapping[str, Any], buyer: Mapping[str, Any]) -> list[list[str]]:
    try:
        product = taxonomy().product(deal["product"]).name_zh
    except KeyError:  # a product of a later release's taxonomy
        product = deal["product"]
    unit = UNITS_ZH.get(deal["unit"], deal["unit"])
    due = total(deal["quantity"], deal["price"])
    certificates = sorted({*seller["certificates"], *buyer["certificates"]})
    temperature = buyer["temperature"] or seller["temperature"]
    rows = [
        ["货物", product],
        ["等级", f"卖方 {_grade(seller)}; 买方要求不低于 {_grade(buyer)}"],
        ["数量", f"{deal['quantity']:,} {unit}"],
        [
            "单价",
            f"到货价 {deal['price']:,} 元/{unit}, 其中产地价 {deal['farm_gate_price']:,} 元/{unit}",
        ],
        ["金额", f"¥{due:,}    人民币 {cn2an.an2cn(str(due), 'rmb')}"],
        ["随货证书", "、".join(CERTIFICATES_ZH.get(code, code) for code in certificates) or "无"],
    ]
    if seller["catch_weight"]:
        rows.append(["按实际重量", f"允许偏差 ±{seller['catch_weight'] * 100:g} %, 按实收数量结算"])
    if temperature:
        rows.append(["运输温度", TEMPERATURES_ZH.get(temperature, temperature)])
    return rows


def _county(code: str | None) -> str:
    if code is None or code not in counties():
        return code or ""
    county = counties().get(code)
    # In a municipality the province is the city; naming it twice says nothing.
    return f"{county.province}{county.name_zh}" if county.province != county.name_zh else county.name_zh


def _grade(side: Mapping[str, Any]) -> str:
    common = f"{side['grade']} 级 (通用等级, 5 为最高)"
    if side["posted_grade"] and side["grade_scheme"]:
        return f"{side['grade_scheme']} {side['posted_grade']}, 即 {common}"
    return common


def _legs(deal: Mapping[str, Any]) -> list[Flowable]:
    if not deal["legs"]:
        return []
    rows = [["服务能力编号", "占用日期", f"每日数量 ({UNITS_ZH.get(deal['unit'], deal['unit'])})"]]
    rows += [
        [leg["capacity"], f"{leg['from']} 至 {leg['to']}", f"{leg['quantity']:,}"] for leg in deal["legs"]
    ]
    return [_table(rows, (None, 55 * mm, 38 * mm)), Spacer(1, 3.5 * mm)]


def _signatures() -> Table:
    lines = ["代表签字: ______________________", "盖章:", "日期: ________ 年 ____ 月 ____ 日"]
    rows = [[Paragraph("<br/><br/>".join((side, *lines)), _BODY) for side in ("甲方 (卖方)", "乙方 (买方)")]]
    return Table(rows, colWidths=[_WIDTH / 2] * 2)


def _table(rows: Sequence[Sequence[str]], widths: Sequence[float | None], *, headed: bool = True) -> Table:
    free = (_WIDTH - sum(width or 0 for width in widths)) / sum(width is None for width in widths)
    table = Table(
        [[Paragraph(escape(str(cell)), _BODY) for cell in row] for row in rows],
        colWidths=[width or free for width in widths],
    )
    shade = colors.HexColor("#eef4ee")
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor("#8a8a8a")),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (0, -1), shade),
    ]
    if headed:
        style.append(("BACKGROUND", (0, 0), (-1, 0), shade))
    table.setStyle(TableStyle(style))
    return table


def _moment(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
