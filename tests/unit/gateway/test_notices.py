"""Notices: what is worth one, what it says, and where it may go."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_gateway.domain.changes import Change
from duijie_gateway.domain.deals import deal_facts
from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.notices import MOST_LINES, Line, line_of, message, reminder
from duijie_gateway.notices.addresses import AddressError, Gateways, hint
from gateway_records import NOW, a_deal, a_match, an_id

SELLER, BUYER = an_id("producer"), an_id("buyer")
OPEN = Gateways("mailto://mail.example?from=a@example.cn", "json://sms.example/send?to={to}")
PROPOSED = Facts(products=("potato",), status="proposed", score=78.25)


def of_match(before: Facts | None, after: Facts | None = PROPOSED, **changes: Any) -> Change:
    """A change of a match."""
    record = a_match(**changes)
    return Change(
        1, "match", record.match_id, NOW, before, after, (SELLER, BUYER), (), record.model_dump_json()
    )


def of_deal(was: str | None, **changes: Any) -> Change:
    """A change of a deal that was `was` before."""
    record = a_deal(**changes)
    before = None if was is None else Facts(products=("potato",), status=was)
    return Change(
        1,
        "deal",
        record.deal_id,
        NOW,
        before,
        deal_facts(record),
        (SELLER, BUYER),
        (),
        record.model_dump_json(),
    )


def test_a_match_is_told_when_it_comes_up_and_not_when_it_moves() -> None:
    """New or back from withdrawn: yes. Another score, a withdrawal, an alternative: no."""
    line = line_of(of_match(None), SELLER, exact=False)
    assert line is not None
    assert (line.zh, line.en) == (
        "新撮合: 马铃薯 12,500 千克, 建议到货价 3.01 元",
        "New match: Potato 12,500 kg, suggested 3.01 CNY at the door",
    )
    withdrawn = Facts(products=("potato",), status="withdrawn")
    assert line_of(of_match(withdrawn), SELLER, exact=False) is not None
    assert line_of(of_match(PROPOSED), SELLER, exact=False) is None
    assert line_of(of_match(PROPOSED, None), SELLER, exact=False) is None
    assert line_of(of_match(None, kind="alternative"), SELLER, exact=False) is None


def test_a_hold_is_told_to_the_side_that_has_to_answer() -> None:
    """The buyer has accepted: the seller hears of it with the deadline in Beijing's time, the buyer does not; staff do."""
    change = of_deal(None)
    line = line_of(change, SELLER, exact=False)
    assert line is not None
    assert (line.kind, line.deal, line.deadline) == ("hold", change.id, NOW + dt.timedelta(days=2))
    local = (NOW + dt.timedelta(days=2)).astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert line.zh == f"对方已接受 马铃薯 5,000 千克, 到货价 3 元, 请在 {local:%m-%d %H:%M} 前答复"
    assert line_of(change, BUYER, exact=False) is None
    assert line_of(change, None, exact=True) is not None
    assert line_of(of_deal(None, accepted_by="offer"), BUYER, exact=False) is not None
    assert line_of(of_deal("held"), SELLER, exact=False) is None


def test_a_deal_is_told_to_both_and_what_was_released_to_none() -> None:
    """Dealt once; lapsed and released holds ask nothing of anybody."""
    for side in (SELLER, BUYER):
        line = line_of(of_deal("held", status="dealt"), side, exact=False)
        assert line is not None
        assert line.kind == "deal"
    assert line_of(of_deal("dealt", status="dealt"), SELLER, exact=False) is None
    for status in ("released", "lapsed"):
        assert line_of(of_deal("held", status=status), SELLER, exact=False) is None


def test_a_message_begins_with_what_needs_an_answer() -> None:
    """Deadlines, holds, deals, matches; the title counts each kind, in the reader's language."""
    hold = Line("hold", "甲", "a", an_id("deal"), NOW)
    lines = [
        Line("match", "丙", "c"),
        Line("deal", "乙", "b"),
        hold,
        reminder(hold),
        Line("match", "丁", "d"),
    ]
    zh = message(lines, "zh", "https://duijie.example")
    assert zh.title == "产销对接: 1 笔即将到期、1 笔待您答复、1 笔已成交、2 个新撮合"
    assert zh.body.split("\n") == ["即将到期: 甲", "甲", "乙", "丙", "丁", "https://duijie.example"]
    en = message(lines, "en", "")
    assert en.title == "Duijie: 1 about to lapse, 1 waiting for your answer, 1 deals made, 2 new matches"
    assert en.body.split("\n") == ["About to lapse: a", "a", "b", "c", "d"]


@pytest.mark.parametrize(("count", "told"), [(MOST_LINES, MOST_LINES), (MOST_LINES + 3, MOST_LINES + 1)])
def test_a_long_message_says_how_much_more_there_is(count: int, told: int) -> None:
    """Up to the limit every line; past it a line that counts the rest."""
    lines = [Line("match", f"第{number}", f"no. {number}") for number in range(count)]
    body = message(lines, "zh", "").body.split("\n")
    assert len(body) == told
    assert (body[-1] == "另有 3 条, 请登录查看") == (count > MOST_LINES)


@pytest.mark.parametrize(
    ("channel", "good", "bad"),
    [
        ("email", "buyer.name+x@mail.example.com", "buyer@localhost"),
        ("email", "a@b.cn", "a@b.cn&to=c@d.cn"),
        ("email", "a@b.cn", "a@b.cn\nBcc: c@d.cn"),
        ("sms", "+8613800000000", "13800000000?x=1"),
        ("wecom", "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa", "../../etc"),
        ("dingtalk", "SEC000@0123456789abcdef", "key@host/path?x"),
        ("feishu", "0123456789abcdef-0123", "http://127.0.0.1"),
    ],
)
def test_an_address_of_another_form_is_refused(channel: Any, good: str, bad: str) -> None:
    """Nothing in an address can change the server that it is sent to, or add a recipient."""
    OPEN.check(channel, good)
    with pytest.raises(AddressError) as refused:
        OPEN.check(channel, bad)
    assert refused.value.field.code == "bad-address"


def test_what_the_operator_has_not_set_up_is_refused_by_name() -> None:
    """Mail and text messages need a gateway; robots need none."""
    none = Gateways()
    for channel, to in (("email", "a@b.cn"), ("sms", "13800000000")):
        with pytest.raises(AddressError) as refused:
            none.check(channel, to)  # type: ignore[arg-type]
        assert (refused.value.field.field, refused.value.field.code) == ("channel", "channel-off")
    none.check("feishu", "0123456789abcdef")


def test_an_address_is_shown_in_part() -> None:
    """Enough to tell one's own apart, not enough to write to."""
    assert hint("buyer@example.com") == "bu…@example.com"
    assert hint("13800001234") == "138…234"
    assert hint("SECRET@0123456789abcdef") == "SE…"


@pytest.mark.parametrize(
    ("channel", "to", "begins"),
    [
        ("email", "a+b@c.cn", "mailto://mail.example?from=a@example.cn&to=a%2Bb%40c.cn"),
        ("sms", "+861380", "json://sms.example/send?to=%2B861380"),
        ("wecom", "key-1", "wecombot://key-1"),
        ("dingtalk", "SEC@token", "dingtalk://SEC@token"),
        ("feishu", "token", "feishu://token"),
    ],
)
def test_an_address_becomes_a_url_of_apprise(channel: str, to: str, begins: str) -> None:
    """Quoted where it is a parameter."""
    assert OPEN.url(channel, to) == begins
