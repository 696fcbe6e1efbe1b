"""`policy-v1`: the numbers staff may set, each with unit, default, limits and why.

What stands beside a knob here is its only description: the API, the refusals, the file and docs/policy.md are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from duijie_shared.events.base import Contract


@dataclass(frozen=True, slots=True)
class Why:
    """A knob's unit, and what it is for, in both languages."""

    unit: str
    zh: str
    en: str


FloorOf = Literal["quantity", "value"]
FloorScope = Literal["market", "all"]
ColdChain = Literal["assumed", "required"]

_RATE = "CNY/(kg km)"


class TiltPolicy(Contract):
    """The published preference for designated counties."""

    designation: Annotated[
        str, Why("list", "优先的县域名单的代码", "The code of the county list that is preferred")
    ] = "cn-832"
    bonus: Annotated[
        float,
        Why(
            "share of the bid",
            "名单内县的供应在方案目标中多计出价的这一份额; 不改变价格、盈余和可行性",
            "Share of the bid by which a designated offer counts for more in the objective; no price, no welfare and "
            "no gate changes",
        ),
    ] = Field(default=0.05, ge=0, le=0.5)
    floor: Annotated[
        float,
        Why(
            "share of what is cleared",
            "每个市场的成交中至少有这一份额来自名单内的县; 0 为不设; 其代价随方案公布; 不能使不可行的配对可行",
            "At least this share of what a market clears comes from designated counties, 0 for none. What it costs is "
            "published with the plan; no gate changes",
        ),
    ] = Field(default=0.0, ge=0, le=1)
    floor_of: Annotated[
        FloorOf,
        Why(
            "quantity/value",
            "下限按数量还是按金额 (数量乘出价) 计",
            "What the floor is a share of: quantity, or value (quantity x bid)",
        ),
    ] = "quantity"
    floor_scope: Annotated[
        FloorScope,
        Why(
            "market/all",
            "market: 每个市场各自达到下限; all: 所有市场以同一价格合计达到, 供应少的市场不必收缩; 合计总按金额, 因单位不同",
            "market: every market keeps the floor by itself; all: all markets keep it together at one price, so that one "
            "with few designated sellers need not shrink; always of value then, as units differ",
        ),
    ] = "market"

    @property
    def over_all(self) -> bool:
        """Whether there is a floor that all markets keep together."""
        return self.floor > 0 and self.floor_scope == "all"

    @property
    def of_value(self) -> bool:
        """Whether designated shares are of value: units of different markets do not add up."""
        return self.floor_of == "value" or self.over_all


class GuardPolicy(Contract):
    """Who must not be crowded out of a market's plan. Guards change no gate and no price."""

    party_share: Annotated[
        float,
        Why(
            "share of what is cleared",
            "一个市场的成交量中, 一个主体最多可供应这一份额; 1 为不设; 供应方不足以分担时不成立并说明",
            "The most of what a market clears that one party may supply, by quantity; 1 for no cap. Where there are too few "
            "sellers to keep it, it is left out and said so",
        ),
    ] = Field(default=1.0, ge=0.01, le=1)
    small_share: Annotated[
        float,
        Why(
            "share of what is cleared",
            "一个市场的成交量中至少有这一份额来自小生产者; 0 为不设",
            "At least this share of what a market clears comes from small producers, by quantity; 0 for none",
        ),
    ] = Field(default=0.0, ge=0, le=1)
    small_up_to_kg: Annotated[
        float,
        Why(
            "kg",
            "一个主体在该市场的全部有效供应不超过此重量为小生产者; 计件的按规划重量, 预订不计重量",
            "A party is small while all that it offers in the market weighs no more; pieces by their planning weight, "
            "bookings weigh nothing",
        ),
    ] = Field(default=5_000.0, ge=0, le=1_000_000_000)


class TransportPolicy(Contract):
    """What a kilogram costs to move, by temperature class, and how long it takes."""

    ambient: Annotated[
        float, Why(_RATE, "常温运价, 按公路里程", "Rate at ambient temperature, per road km")
    ] = Field(default=0.0006, ge=0, le=1)
    chilled: Annotated[float, Why(_RATE, "冷藏运价, 按公路里程", "Rate chilled, per road km")] = Field(
        default=0.0010, ge=0, le=1
    )
    frozen: Annotated[float, Why(_RATE, "冷冻运价, 按公路里程", "Rate frozen, per road km")] = Field(
        default=0.0013, ge=0, le=1
    )
    detour: Annotated[
        float,
        Why("road km/great-circle km", "公路里程与直线距离之比", "Roads are longer than the great circle"),
    ] = Field(default=1.3, ge=1, le=10)
    speed_km_per_hour: Annotated[
        float, Why("km/h", "卡车平均速度, 决定到货时间", "Mean speed of a lorry; decides when goods arrive")
    ] = Field(default=60.0, ge=0.1, le=1000)
    handling_hours: Annotated[
        float, Why("h", "装卸时间, 计入每次运输", "Loading and unloading, added to every journey")
    ] = Field(default=4.0, ge=0, le=720)


class MatchingPolicy(Contract):
    """How much is published and computed."""

    alternatives: Annotated[
        int,
        Why(
            "pairs/order",
            "方案之外为每个供需公布的最佳配对数",
            "Best pairs of either side that are published beside the plan",
        ),
    ] = Field(default=5, ge=0, le=50)
    max_pairs: Annotated[
        int,
        Why(
            "pairs/market",
            "求解器接受的可行配对数; 超过时舍去最差的, 并公布由此的上界",
            "Feasible pairs that the solver takes; past that the worst are pruned and the bound is published",
        ),
    ] = Field(default=5_000_000, ge=1, le=50_000_000)
    cold_chain: Annotated[
        ColdChain,
        Why(
            "assumed/required",
            "assumed: 未发布冷链能力时, 冷藏冷冻货物仍可按该温度的运价直运; required: 须有已发布的同温运力, 首末公里除外",
            "assumed: chilled and frozen goods may go by road at their class's rate without posted capacity; required: "
            "only with a posted carrier of the class, first and last kilometres apart",
        ),
    ] = "assumed"
    local_km: Annotated[
        float,
        Why(
            "km",
            "首末公里: 冷链 required 时无须运力的直线距离; 也是配送能力可达的距离",
            "First and last kilometres: the great circle that needs no carrier where the cold chain is required, and as far "
            "as a local delivery goes",
        ),
    ] = Field(default=50.0, ge=0, le=1_000)
    haul_share: Annotated[
        float,
        Why(
            "share of the road's rate",
            "尚无人发布的干线运输按公路运价的这一份额设想; 只有这样便宜仍能成交时才提示缺干线 (HAUL_GAP)",
            "A line-haul that nobody posted is taken to cost this share of the road's rate: HAUL_GAP is told only where "
            "that would be cheap enough",
        ),
    ] = Field(default=0.5, ge=0, le=1)


class PoolingPolicy(Contract):
    """When small lots of one neighbourhood may reach a buyer's minimum lot together."""

    members: Annotated[
        int,
        Why(
            "offers/pool",
            "一批最多由多少份供给合成; 0 或 1 为不合批, 即每一行都须自己达到买方的起订量",
            "Most offers that one pooled lot is made of. 0 or 1 pools nothing: every line reaches the buyer's minimum lot "
            "by itself",
        ),
    ] = Field(default=0, ge=0, le=1_000)
    radius_km: Annotated[
        float,
        Why(
            "km",
            "没有县的供给以最早的一份为中心, 在此直线距离内算作同地",
            "Offers without a county are one neighbourhood within this great circle of the oldest of them",
        ),
    ] = Field(default=30.0, ge=0, le=500)


class WideningPolicy(Contract):
    """How far an order searches at first, and how its search widens while it waits."""

    start_km: Annotated[
        float,
        Why(
            "road km",
            "新发布的供需先在此公路里程 (直线 x transport.detour) 内寻找; 0 为不设, 即从一开始就不限距离",
            "A new order first searches within this distance by road (great circle x transport.detour). 0 sets none: it "
            "searches everywhere at once",
        ),
    ] = Field(default=0.0, ge=0, le=20_000)
    km_per_day: Annotated[
        float,
        Why(
            "road km/d",
            "每等满一天, 范围扩大这么多",
            "So much further with every whole day of waiting",
        ),
    ] = Field(default=100.0, ge=0, le=20_000)
    days: Annotated[
        int,
        Why(
            "d",
            "等满这些天后不再限距离: 没有近处对手的供需也不会被拒之门外",
            "After so many whole days without limit, so that nobody without neighbours is shut out",
        ),
    ] = Field(default=14, ge=1, le=365)


class PostingPolicy(Contract):
    """How much one party may post by itself; what the operator imports and what catalog opens by itself is not counted."""

    open_orders_per_party: Annotated[
        int,
        Why(
            "orders/party",
            "同时存在的草稿和有效供需; 超过则 409; 远多于大型经营者的全部品种, 远少于程序的洪流",
            "Drafts and live orders at once, 409 past it: more than a large trader's whole range, far less than a "
            "program's flood",
        ),
    ] = Field(default=2_000, ge=1, le=1_000_000)
    postings_per_day: Annotated[
        int,
        Why(
            "orders/(party d)",
            "上海时间一日内发布或存为草稿的供需; 超过则 429, 至午夜; 修改、开放和撤回不计",
            "Orders posted or drafted on one day in Asia/Shanghai, 429 past it until midnight; amendments, openings "
            "and withdrawals are free",
        ),
    ] = Field(default=2_000, ge=1, le=1_000_000)


class PlausibilityPolicy(Contract):
    """When an order is shown to staff as implausible. A flag changes nothing else: not its rank, not its matches."""

    level_days: Annotated[
        int,
        Why(
            "d",
            "有效供需计入其品种和方向的价格水平的天数",
            "Days for which an order that is still live counts into the price level of its product and side",
        ),
    ] = Field(default=30, ge=1, le=3_650)
    level_parties: Annotated[
        int,
        Why(
            "parties",
            "少于此数的主体没有价格水平: 价格太少说明不了市场; 每个主体计一次",
            "Parties below which there is no level: too few prices say nothing of the market; each counts once",
        ),
    ] = Field(default=8, ge=2, le=10_000)
    bait_factor: Annotated[
        float,
        Why(
            "share of the level",
            "供应价低于水平的这一份额、出价高于其倒数, 是诱饵或笔误; 半价仍会出现",
            "An ask below this share of the level, a bid above its inverse, is bait or a slip; half price still occurs",
        ),
    ] = Field(default=0.4, ge=0.01, le=0.99)
    outlier_fence: Annotated[
        float,
        Why(
            "interquartile ranges",
            "价格还须在四分位之外这么多四分位距 (取对数), 使价差大的市场少有提示",
            "Ranges (of logarithms) outside the quartiles that a price must lie as well, so that a wide market flags "
            "little",
        ),
    ] = Field(default=1.5, ge=0, le=10)
    slip_tolerance: Annotated[
        float,
        Why(
            "share of a slip's size",
            "价格与单位笔误之差可为该笔误大小 (均取对数) 的这一份额; 小的笔误接近真实价格, 大的不会",
            "Share of a slip's own size (both as logarithms) by which a price may miss it: of a twofold 19 %, of a "
            "thousandfold a factor of 5.6. Small slips are close to honest prices, large ones are not",
        ),
    ] = Field(default=0.25, ge=0.01, le=0.49)
    yield_factor: Annotated[
        float,
        Why(
            "times the usual yield",
            "面积的产量超过最高常见单产的这一倍数才受质疑; 单产只是经验值",
            "Times the highest usual yield that an area may bring before the quantity is doubted: yields are rules of "
            "thumb",
        ),
    ] = Field(default=1.5, ge=1, le=100)
    repost_days: Annotated[
        int,
        Why(
            "d",
            "同一供需撤回后在这些天内再次发布, 视为为显得新而重发",
            "Days within which the same order, withdrawn and posted again, counts as posted again to look new",
        ),
    ] = Field(default=7, ge=1, le=365)


class Policy(Contract):
    """One version of the policy."""

    version: int = Field(default=1, ge=1)
    tilt: TiltPolicy = TiltPolicy()
    guards: GuardPolicy = GuardPolicy()
    transport: TransportPolicy = TransportPolicy()
    matching: MatchingPolicy = MatchingPolicy()
    pooling: PoolingPolicy = PoolingPolicy()
    widening: WideningPolicy = WideningPolicy()
    posting: PostingPolicy = PostingPolicy()
    plausibility: PlausibilityPolicy = PlausibilityPolicy()
