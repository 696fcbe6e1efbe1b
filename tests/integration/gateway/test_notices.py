"""Notices from the log to a real mail server: confirmed first, bundled, never more often than asked, logged."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from duijie_gateway.domain.notices import RETRY_AFTER
from duijie_gateway.notice_tables import NoticeChannelRow
from duijie_gateway.notices.addresses import Gateways
from duijie_gateway.notices.bundling import Bundler
from duijie_gateway.notices.dispatch import Dispatcher
from duijie_gateway.notices.process import Notifier
from duijie_gateway.projection import Projection
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.webhooks.secrets import Seal
from duijie_shared.events.parties import PartySnapshot
from gateway_description import description, validate
from gateway_records import Log, a_deal, a_match, an_id
from gateway_served import Gateway, Key
from mail_server import MailServer, mail_server
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

pytestmark = pytest.mark.database

PARTY = an_id("producer")
ALL = ["match", "hold", "deadline", "deal"]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """The operator's mail server."""
    with mail_server() as server:
        yield server


@pytest.fixture
def settings_changes(mail: MailServer) -> dict[str, object]:
    """The API knows the mail server; there is no SMS gateway."""
    return {"notice_mail_url": mail.url}


@pytest.fixture
def key(gateway: Gateway) -> Key:
    """A producer's key."""
    return gateway.key("producer", PARTY)


@pytest.fixture
def notify(mail: MailServer, embedded_postgres: str) -> Callable[..., None]:
    """What the notifier does in one round, at the system's time and `later`; `together` is how many do it at once."""

    def go(*, later: dt.timedelta = dt.timedelta(), together: int = 1) -> None:
        async def main() -> None:
            engine = create_async_engine(embedded_postgres, pool_size=20)
            await asyncio.gather(*(_notifier(engine, mail, later).turn() for _ in range(together)))
            await engine.dispose()

        asyncio.run(main())

    return go


def _notifier(engine: AsyncEngine, mail: MailServer, later: dt.timedelta) -> Notifier:
    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + later

    dispatcher = Dispatcher(engine, Gateways(mail.url), Seal("a webhook key of some length"), clock)
    return Notifier(Bundler(engine, ChangeReader(engine), clock, "https://duijie.example"), dispatcher)


def made(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """A channel that was made."""
    posting = {"channel": "email", "to": "seller@example.com", "kinds": ALL, "every_minutes": 60} | changes
    answer = client.post("/v1/notices", json=posting)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def confirmed(client: httpx.Client, mail: MailServer, notify: Callable[..., None], **changes: Any) -> str:
    """The id of a channel whose code came back; the mail server has forgotten the code."""
    id_: str = made(client, **changes)["id"]
    notify()
    code = re.search(r"[0-9]{6}", mail.texts[-1][1])
    assert code is not None
    assert client.post(f"/v1/notices/{id_}/confirm", json={"code": code[0]}).status_code == 200
    mail.messages.clear()
    return id_


def in_hours(hours: float) -> dt.timedelta:
    """That much later."""
    return dt.timedelta(hours=hours)


def test_an_address_is_told_nothing_before_its_code_came_back(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """Only the code is sent; with a wrong one nothing changes; with the right one news come from then on."""
    with gateway.client(key) as client:
        channel = made(client)
        path = f"/v1/notices/{channel['id']}"
        assert (channel["status"], channel["to"]) == ("unconfirmed", "se…@example.com")
        gateway.project(a_match("before"))
        notify()
        ((title, text),) = mail.texts
        assert "验证码" in title
        code = re.search(r"[0-9]{6}", text)
        assert code is not None
        wrong = f"{(int(code[0]) + 1) % 1_000_000:06d}"
        refused = client.post(f"{path}/confirm", json={"code": wrong})
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong-code")
        assert client.post(f"{path}/test").json()["code"] == "unconfirmed"
        assert client.post(f"{path}/confirm", json={"code": code[0]}).json()["status"] == "active"
        gateway.project(a_match("after"))
        notify(later=in_hours(2))
        assert [title for title, _ in mail.texts[1:]] == ["产销对接: 1 个新撮合"]


def test_a_code_cannot_be_guessed_for_long(gateway: Gateway, key: Key) -> None:
    """Five wrong ones, then even the right one is too late."""
    with gateway.client(key) as client:
        path = f"/v1/notices/{made(client)['id']}/confirm"
        codes = [client.post(path, json={"code": f"{number:06d}"}).json()["code"] for number in range(7)]
    # One of the seven may be the code itself: one run in 140,000.
    assert codes == ["wrong-code"] * 5 + ["code-spent"] * 2


def test_news_are_bundled_and_never_come_more_often_than_asked(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """The first at once; what comes within the hour waits for its end and is one message. Two notifiers at once
    send each once.
    """
    with gateway.client(key) as client:
        id_ = confirmed(client, mail, notify)
        gateway.project(a_match(1))
        notify(later=in_hours(1.1), together=2)
        assert [title for title, _ in mail.texts] == ["产销对接: 1 个新撮合"]
        gateway.project(a_match(2))
        gateway.project(a_match(3), a_deal(3))
        notify(later=in_hours(2), together=2)
        assert len(mail.texts) == 1
        assert client.get(f"/v1/notices/{id_}").json()["waiting"] == 2
        notify(later=in_hours(2.2), together=2)
        title, text = mail.texts[1]
        assert title == "产销对接: 1 笔待您答复、1 个新撮合"
        assert text.splitlines()[0].startswith("对方已接受 马铃薯 5,000 千克")
        assert text.splitlines()[-1] == "https://duijie.example"
        notify(later=in_hours(9), together=2)
        assert len(mail.texts) == 2


def test_an_unanswered_hold_is_called_to_mind_and_an_answered_one_is_not(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """Twelve hours before the deadline: not before, once, and not when it was dealt meanwhile."""
    now = dt.datetime.now(dt.UTC)
    with gateway.client(key) as client:
        confirmed(client, mail, notify, kinds=["deadline"], every_minutes=1)
        gateway.project(a_deal(1, deadline=now + in_hours(48)), a_deal(2, deadline=now + in_hours(48)))
        gateway.project(a_deal(2, version=2, status="dealt", deadline=now + in_hours(48)))
        notify(later=in_hours(35.9))
        assert mail.texts == []
        notify(later=in_hours(36.1))
        assert [title for title, _ in mail.texts] == ["产销对接: 1 笔即将到期"]
        notify(later=in_hours(40))
        assert len(mail.texts) == 1


def test_a_hold_that_was_answered_while_it_waited_is_not_asked_for(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """The bundle says what holds when it goes out: dealt, not waiting."""
    with gateway.client(key) as client:
        confirmed(client, mail, notify)
        gateway.project(a_deal())
        notify()  # the code's hour is not over: it waits
        gateway.project(a_deal(version=2, status="dealt"))
        notify(later=in_hours(1.1))
    assert [title for title, _ in mail.texts] == ["产销对接: 1 笔已成交"]


def test_what_the_mail_server_refuses_is_tried_again_and_then_given_up(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """The log has each message with its attempts; while one is under way no other is made."""
    with gateway.client(key) as client:
        id_ = confirmed(client, mail, notify)
        mail.away = True
        gateway.project(a_match(1))
        passed = in_hours(1.1)
        for wait in (dt.timedelta(), *RETRY_AFTER):
            passed += wait + dt.timedelta(minutes=6)
            gateway.project(a_match(str(passed)))
            notify(later=passed)
        (given_up, _) = client.get(f"/v1/notices/{id_}/deliveries").json()["items"]
        assert (given_up["status"], given_up["attempts"], given_up["lines"]) == ("failed", 5, 2)
        mail.away = False
        notify(later=passed + in_hours(1.1))
        (sent, *_) = client.get(f"/v1/notices/{id_}/deliveries").json()["items"]
    assert (sent["status"], sent["lines"]) == ("sent", 4)
    assert [title for title, _ in mail.texts] == ["产销对接: 4 个新撮合"]


def test_a_paused_channel_is_told_nothing_of_its_pause(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """Resumed it begins with what comes then."""
    with gateway.client(key) as client:
        path = f"/v1/notices/{confirmed(client, mail, notify, language='en')}"
        assert client.patch(path, json={"status": "paused"}).json()["status"] == "paused"
        gateway.project(a_match(1))
        notify(later=in_hours(2))
        client.patch(path, json={"status": "active"})
        gateway.project(a_match(2))
        notify(later=in_hours(2))
    assert [title for title, _ in mail.texts] == ["Duijie: 1 new matches"]


def test_each_is_told_of_their_own_and_reads_their_own_channels(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """Another party's match is no news, another party's channel is not there."""
    stranger = gateway.key("buyer", uuid4())
    with gateway.client(key) as client, gateway.client(stranger) as other:
        id_ = confirmed(client, mail, notify)
        theirs = confirmed(other, mail, notify, to="other@example.com")
        gateway.project(a_match(1))
        notify(later=in_hours(2))
        assert [str(each["To"]) for each in mail.messages] == ["seller@example.com"]
        for path in (f"/v1/notices/{id_}", f"/v1/notices/{id_}/deliveries"):
            assert other.get(path).status_code == 404
        assert other.delete(f"/v1/notices/{id_}").status_code == 404
        assert [item["id"] for item in other.get("/v1/notices").json()["items"]] == [theirs]
        assert client.delete(f"/v1/notices/{id_}").status_code == 204
        assert client.get("/v1/notices").json()["items"] == []


def test_addresses_are_stored_sealed_and_go_with_an_erased_party(
    gateway: Gateway, key: Key, engine: Engine
) -> None:
    """A copy of the table writes to nobody; an erased party's channels are deleted."""
    with gateway.client(key) as client:
        made(client)
    with engine.connect() as connection:
        stored = connection.execute(select(NoticeChannelRow.__table__)).mappings().one()  # type: ignore[attr-defined]
    assert "seller@example.com" not in str(dict(stored))
    log = Log()
    party = PartySnapshot(party_id=PARTY, version=1, name="合作社", kind="producer", county=None)
    Projection(engine).apply([log.bury(party)], log.reached, now=dt.datetime.now(dt.UTC))
    with engine.connect() as connection:
        assert connection.execute(select(NoticeChannelRow.__table__)).all() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"channel": "sms", "to": "13800000000"}, "channel", "channel-off"),
        ({"to": "nobody"}, "to", "bad-address"),
        ({"kinds": []}, "kinds", "malformed"),
        ({"every_minutes": 0}, "every_minutes", "malformed"),
        ({"every_minutes": 10_081}, "every_minutes", "malformed"),
        ({"color": "red"}, "color", "unknown-field"),
    ],
)
def test_what_cannot_be_done_is_refused_by_field(
    gateway: Gateway, key: Key, changes: dict[str, Any], field: str, code: str
) -> None:
    """422 in both languages."""
    posting = {"channel": "email", "to": "a@b.cn", "kinds": ["match"]} | changes
    with gateway.client(key) as client:
        answer = client.post("/v1/notices", json=posting)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["zh"]
    assert error["en"]


def test_channels_and_messages_to_people_are_bounded(gateway: Gateway, key: Key) -> None:
    """Ten channels; twenty codes and tests a day, so that nobody's phone is rung by way of this."""
    robot = {"channel": "feishu", "to": "0123456789abcdef"}
    with gateway.client(key) as client:
        ids = [made(client, **robot)["id"] for _ in range(10)]
        assert client.post("/v1/notices", json=robot | {"kinds": ALL}).json()["code"] == "too-many-channels"
        codes = [client.post(f"/v1/notices/{ids[0]}/test").status_code for _ in range(21)]
        assert codes == [202] * 20 + [429]


def test_answers_are_as_described(
    gateway: Gateway, key: Key, mail: MailServer, notify: Callable[..., None]
) -> None:
    """Every answer fits its schema."""
    described = description(gateway)
    with gateway.client(key) as client:
        id_ = confirmed(client, mail, notify)
        assert client.post(f"/v1/notices/{id_}/test").status_code == 202
        notify(later=in_hours(1.1))
        for path in ("/v1/notices", "/v1/notices/{id}", "/v1/notices/{id}/deliveries"):
            answer = client.get(path.replace("{id}", id_))
            schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"][
                "schema"
            ]
            validate(described, schema, answer.json(), path)
    assert mail.texts[0][0] == "产销对接: 测试通知 · Duijie: test"
