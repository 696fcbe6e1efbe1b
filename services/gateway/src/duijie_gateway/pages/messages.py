"""Every sentence of the pages, in both languages, in one place."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_MESSAGES: dict[str, tuple[str, str]] = {
    "product": ("产销对接", "Duijie"),
    "tagline": ("农产品供需撮合平台", "Farm supply meets demand"),
    "skip": ("跳到主要内容", "Skip to the main content"),
    "other_language": ("English", "中文"),
    "switch_language": ("切换到英文", "Switch to Chinese"),
    "log_out": ("退出", "Log out"),
    "signed_in_as": ("当前身份", "Signed in as"),
    "api_docs": ("接口文档", "API"),
    "primary": ("主导航", "Main"),
    # Log-in
    "log_in": ("登录", "Log in"),
    "log_in_title": ("工作人员登录", "Staff log-in"),
    "name": ("名称", "Name"),
    "name_hint": ("用密钥登录时留空。", "Leave it empty to log in with a key."),
    "key": ("口令或密钥", "Password or key"),
    "key_hint": (
        "口令和以 dj_ 开头的密钥均由管理员发放。登录后只在本浏览器中保存会话, 不保存口令和密钥。",
        "The password, or a key that starts with dj_, as given by an administrator. The browser keeps a session, "
        "and neither of them.",
    ),
    "password_refused": ("名称或口令不正确。", "The name or the password is wrong."),
    "key_refused": ("密钥无效或已被撤销。", "The key is not valid, or was revoked."),
    "form_stale": ("页面已过期, 请重试。", "The page was too old; please try again."),
    # List
    "matches_title": ("优先撮合清单", "Prioritised matches"),
    "matches_intro": (
        "按方案与得分排序。★ 表示供应来自名录所列县, 政策对其有公开、封顶的倾斜。",
        "Plan lines first, then by score. ★ marks supply from a county on the preferred list, "
        "which policy favours openly and within a cap.",
    ),
    "totals": ("总览", "Totals"),
    "open_offers": ("有效供应", "Open offers"),
    "open_demands": ("有效需求", "Open demands"),
    "live_matches": ("当前撮合", "Live matches"),
    "welfare": ("方案总收益", "Welfare of the plan"),
    "cny": ("元", "CNY"),
    "tilt_share": ("名录县占比", "Share of listed counties"),
    "tilt_share_hint": ("按方案成交额计", "of the plan's value"),
    "filters": ("筛选", "Filter"),
    "filter_product": ("产品", "Product"),
    "filter_county": ("供应地", "Supply from"),
    "filter_kind": ("类别", "Kind"),
    "filter_min_score": ("最低得分", "Least score"),
    "filter_designated": ("只看名录县 ★", "Listed counties only ★"),
    "all_products": ("全部产品", "All products"),
    "all_places": ("全国", "All China"),
    "whole_province": ("全省", "whole province"),
    "all_kinds": ("全部类别", "All kinds"),
    "apply": ("筛选", "Apply"),
    "clear": ("清除", "Clear"),
    "kind_plan": ("方案", "Plan"),
    "kind_alternative": ("备选", "Alternative"),
    "status_withdrawn": ("已撤回", "Withdrawn"),
    "status_held": ("已预留", "Held"),
    "status_dealt": ("已成交", "Dealt"),
    "status_proposed": ("待确认", "Proposed"),
    "found": ("共 {count} 条", "{count} in all"),
    "none_found": (
        "没有符合条件的撮合。可以放宽筛选条件。",
        "No match meets these conditions. Try fewer filters.",
    ),
    "caption": (
        "优先撮合清单: 产品与数量、产地与目的地、价格、得分及其构成、理由",
        "Prioritised matches: product and quantity, from and to, price, score and its parts, reasons",
    ),
    "col_rank": ("序号", "No."),
    "col_product": ("产品与数量", "Product, quantity"),
    "col_route": ("产地 → 目的地", "From → to"),
    "col_price": ("价格", "Price"),
    "col_score": ("得分", "Score"),
    "col_reasons": ("理由", "Reasons"),
    "details_of": ("{product} 撮合详情", "Details of this match of {product}"),
    "ask": ("产地报价", "Ask"),
    "landed": ("到货成本", "Landed"),
    "bid": ("采购出价", "Bid"),
    "margin": ("余地", "Margin"),
    "suggested": ("建议价 (到货)", "Suggested, delivered"),
    "farm_gate": ("建议价 (产地)", "Suggested, farm gate"),
    "negotiable": ("面议", "negotiable"),
    "distance": ("直线距离", "Distance"),
    "route_direct": ("产地直达", "Direct"),
    "unknown_place": ("坐标点", "a point"),
    "legend": ("得分构成", "Parts of the score"),
    "of_100": ("满分 100", "of 100"),
    "feature_grade": ("等级", "Grade"),
    "feature_quantity": ("数量", "Quantity"),
    "feature_price": ("价格", "Price"),
    "feature_distance": ("距离", "Distance"),
    "feature_tilt": ("倾斜", "Tilt"),
    "next_page": ("下一页", "Next page"),
    "first_page": ("回到第一页", "Back to the first page"),
    "pages": ("翻页", "Pages"),
    "live_news": ("有 {n} 条新变化, 点此刷新", "{n} changes since; show them"),
    # One match
    "match_title": ("撮合详情", "Match"),
    "back": ("返回清单", "Back to the list"),
    "parts_caption": ("得分构成: 各项的数值与得分", "The score: value and points of each part"),
    "col_feature": ("项目", "Part"),
    "col_value": ("数值", "Value"),
    "col_points": ("得分", "Points"),
    "sum": ("合计", "Sum"),
    "prices": ("价格", "Prices"),
    "parties": ("双方", "The two sides"),
    "supplier": ("供应方", "Supplier"),
    "buyer": ("采购方", "Buyer"),
    "offer_order": ("供应单", "Offer"),
    "demand_order": ("需求单", "Demand"),
    "versions": ("所依据的版本", "Made of versions"),
    "version_line": (
        "供应 {offer} · 需求 {demand} · 政策 {policy} · 评分卡 {scorecard}",
        "offer {offer} · demand {demand} · policy {policy} · scorecard {scorecard}",
    ),
    "bonus": ("政策加成 (占出价)", "Bonus, share of the bid"),
    # API description
    "docs_title": ("接口文档", "API"),
    "docs_intro": (
        "机器可读的完整描述:",
        "The whole description for machines:",
    ),
    "docs_auth": (
        "每个请求带上 Authorization: Bearer dj_...; 拒绝的请求返回 application/problem+json。",
        "Every request carries Authorization: Bearer dj_...; refusals are application/problem+json.",
    ),
    "docs_parameters": ("参数", "Parameters"),
    "docs_body": ("请求内容", "Body"),
    "docs_answers": ("返回", "Answers"),
    "docs_required": ("必填", "required"),
    "docs_contents": ("目录", "Contents"),
    **{
        f"role_{role}": names
        for role, names in {
            "producer": ("生产主体", "producer"),
            "buyer": ("采购企业", "buyer"),
            "processor": ("加工企业", "processor"),
            "storage": ("仓储企业", "storage"),
            "carrier": ("承运企业", "carrier"),
            "site": ("服务站点", "service site"),
            "staff": ("工作人员", "staff"),
            "admin": ("管理员", "administrator"),
        }.items()
    },
}


class Text:
    """The messages of one language: `text("found", count=3)`. An unknown name raises KeyError."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, name: str, **values: object) -> str:
        """The sentence with its values filled in."""
        return _MESSAGES[name][self._index].format(**values) if values else _MESSAGES[name][self._index]

    def pick(self, zh: str, en: str) -> str:
        """Whichever of two texts is in this language."""
        return (zh, en)[self._index]


def language_of(query: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """The reader's language: as asked in the address, as remembered, as the browser prefers; else Chinese."""
    for chosen in (query, cookie):
        if chosen in LANGUAGES:
            return chosen
    for part in (accept_language or "").split(","):
        name = part.partition(";")[0].strip().lower().partition("-")[0]
        if name in LANGUAGES:
            return name
    return "zh"
