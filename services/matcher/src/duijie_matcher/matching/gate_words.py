"""Failed gates in words, with the figure of the pair that fails them least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_matcher.matching.wording import cents_up, plural, quantity, unit_en, unit_zh, units_en

if TYPE_CHECKING:
    from duijie_shared.events.base import EvidenceLevel, GateCode, Side
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order

MS_PER_HOUR = 3_600_000
NAME_ZH: dict[Side, str] = {"offer": "供给", "demand": "需求"}
EVIDENCE_WORDS: dict[EvidenceLevel, tuple[str, str]] = {
    "self_declared": ("自报", "self-declared"),
    "county_recommended": ("县级推荐", "county-recommended"),
    "inspected": ("已查验", "inspected"),
    "laboratory": ("检测报告", "laboratory"),
}


def gate_words(code: GateCode, order: Order, example: Order, product: Product, gap: float) -> tuple[str, str]:
    """What fails, with the figure of the pair that fails it least."""
    selling = order.side == "offer"
    if code == "GRADE":
        zh, en = (
            ("要求等级更高", "a higher grade is asked") if selling else ("等级不够", "the grade is too low")
        )
        return f"{zh}, 至少差 {gap:.0f} 级", f"{en}, by {gap:.0f} at the least"
    if code == "WINDOW":
        return _window(gap)
    if code == "PRICE":
        amount = cents_up(gap)
        return (
            f"到货成本高于买价, 至少高 {amount} 元/{unit_zh(product)}",
            f"the landed cost is above the bid, by {amount} CNY/{unit_en(product)} at the least",
        )
    if code == "MIN_LOT":
        missing = quantity(int(gap))
        return (
            f"可成交数量低于起订量, 至少差 {missing} {unit_zh(product)}",
            f"what could trade is below a minimum lot, by {missing} {units_en(product)} at the least",
        )
    if code == "PACK":
        missing = quantity(int(gap))
        return (
            f"可成交数量装不成整包装, 至少差 {missing} {unit_zh(product)}",
            f"what could trade makes no whole number of packs, by {missing} {units_en(product)} at the least",
        )
    if code == "EVIDENCE":
        offer, demand = (order, example) if selling else (example, order)
        zh, en = EVIDENCE_WORDS[demand.evidence]
        have_zh, have_en = EVIDENCE_WORDS[offer.evidence]
        return (
            f"证据等级不够, 至少差 {gap:.0f} 级, 例如要求{zh}而只有{have_zh}",
            f"the evidence is too weak, by {plural(int(gap), 'level')} at the least: {have_en} where {en} is asked, say",
        )
    if code == "FRESHNESS":
        return _freshness(gap)
    if code == "RADIUS":
        return (
            f"尚在寻找范围之外, 至少还要等 {gap:.0f} 天",
            f"it lies beyond the search radius, for {plural(int(gap), 'day')} more at the least",
        )
    if code == "FORBIDDEN":
        return "该配对被禁止", "the pair is forbidden"
    if code == "ORIGIN":
        return "产地不在需求指定的县", "the origin is not among the counties that the demand accepts"
    if code == "CERTIFICATE":
        offer, demand = (order, example) if selling else (example, order)
        missing = ", ".join(sorted(set(demand.certificates) - set(offer.certificates)))
        return f"缺少要求的认证, 例如 {missing}", f"a certificate that is asked is missing, such as {missing}"
    return "属于同一主体", "it is the same party's own"


def pooling_words(side: Side, product: Product, gap: float) -> tuple[str, str]:
    """What a further lot of the neighbourhood would need for a pooled lot; nothing where none would do."""
    if gap == float("inf"):
        return "", ""
    missing = quantity(int(gap))
    zh, en = (
        ("同县 (或同地)", "this county or place")
        if side == "offer"
        else ("某一县 (或一地)", "one county or place")
    )
    return (
        f"; {zh}再有 {missing} {unit_zh(product)}即可合批达到",
        f"; {missing} {units_en(product)} more from {en} would reach it in a pooled lot",
    )


def _window(gap: float) -> tuple[str, str]:
    if gap == float("inf"):
        return "供应时间已过", "the offer's window is over"
    zh, en = _span(gap)
    return (
        f"时间窗口对不上 (已计运输), 至少差 {zh}",
        f"the windows do not meet, travel included, by {en} at the least",
    )


def _freshness(gap: float) -> tuple[str, str]:
    if gap == float("inf"):
        return "到货时已过保质期", "the goods are past their shelf life on arrival"
    zh, en = _span(gap)
    return (
        f"到货时已过保质期, 至少过 {zh}",
        f"the goods are past their shelf life on arrival, by {en} at the least",
    )


def _span(gap: float) -> tuple[str, str]:
    """A length of time, rounded up: hours up to two days, then days."""
    hours = -int(-gap // MS_PER_HOUR)
    if hours <= 48:
        return f"{hours} 小时", plural(hours, "hour")
    days = -(-hours // 24)
    return f"{days} 天", plural(days, "day")
