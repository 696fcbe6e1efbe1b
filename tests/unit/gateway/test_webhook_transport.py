"""One attempt over real sockets: what is connected to, how much is read, how long it lasts, what it came to."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from duijie_gateway.domain.retries import Outcome
from duijie_gateway.domain.targets import TargetError, TargetPolicy
from duijie_gateway.webhooks.transport import (
    KEPT_ANSWER,
    MAX_ANSWER,
    Answer,
    Resolve,
    Resolver,
    Transport,
)
from webhook_receiver import Received, receiver, status

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
OWN = TargetPolicy.of("127.0.0.1")
CLOSED = TargetPolicy(plain_http=True)
ENOUGH_SECONDS = 15.0


def answers(*sets: Sequence[str]) -> Resolve:
    """A resolver that gives one set of addresses after the other, the last one for ever."""
    left = list(sets)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def post(
    *urls: str,
    policy: TargetPolicy = OWN,
    resolve: Resolve | None = None,
    seconds: float = ENOUGH_SECONDS,
    headers: dict[str, str] | None = None,
) -> list[Answer]:
    """Post to each URL over one line."""

    async def go() -> list[Answer]:
        resolver = Resolver()
        transport = Transport(policy, resolve or resolver, total_seconds=seconds)
        try:
            async with transport.line() as line:
                return [await line.post(url, '{"a":"土豆"}', headers or {}, NOW) for url in urls]
        finally:
            resolver.close()

    return asyncio.run(go())


def test_what_is_sent_arrives_as_it_was_signed() -> None:
    """Body byte for byte, its type, the headers given, and the URL's own Host."""
    with receiver() as target:
        url = f"http://localhost:{target.port}/hook?x=1"
        policy = TargetPolicy.of("localhost")
        (answer,) = post(url, policy=policy, headers={"webhook-id": "msg_1"}, resolve=answers(["127.0.0.1"]))
    assert answer.outcome == Outcome(204, None)
    (request,) = target.received
    assert (request.path, request.body) == ("/hook?x=1", '{"a":"土豆"}')
    assert request.headers["host"] == f"localhost:{target.port}"
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert request.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/"),
        *("http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://0/"),
        *("http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://169.254.169.254/", "http://10.0.0.1/"),
        *("http://100.64.0.1/", "http://user@127.0.0.1/", "http://localhost./", "ftp://127.0.0.1/"),
    ],
)  # fmt: skip
def test_no_way_of_writing_a_private_address_leads_there(url: str) -> None:
    """Refused at registration and at the sending, and a listener on loopback hears nothing."""
    with receiver() as canary:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        at_canary = f"{scheme}://{host}:{canary.port}/{path}"
        for tried in (url, at_canary):
            (answer,) = post(tried, policy=CLOSED)
            assert answer.outcome.error in {"bad-url", "address-not-allowed", "url-not-allowed", "unresolved"}
            with pytest.raises(TargetError):
                asyncio.run(Transport(CLOSED, Resolver()).check(tried))
    assert canary.connections == 0


def test_a_name_that_changes_where_it_leads_is_judged_each_time() -> None:
    """DNS rebinding: public at registration, loopback at the sending; then mixed; and no packet to loopback."""
    with receiver() as canary:
        resolve = answers(["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14", "127.0.0.1"])
        policy = TargetPolicy(plain_http=True)
        transport = Transport(policy, resolve)
        asyncio.run(transport.check("http://rebinds.example.com/"))

        async def send() -> list[Answer]:
            async with transport.line() as line:
                return [await line.post("http://rebinds.example.com/", "{}", {}, NOW) for _ in range(2)]

        for answer in asyncio.run(send()):
            assert answer.outcome == Outcome(None, "address-not-allowed")
    assert canary.connections == 0


def test_the_connection_goes_to_the_judged_address_and_asks_no_resolver_again() -> None:
    """One resolution a post; the name itself leads nowhere."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiver() as target:
        url = f"http://leads.nowhere.invalid:{target.port}/"
        found = post(url, url, resolve=resolve)
        assert [answer.outcome for answer in found] == [Outcome(204, None)] * 2
        assert [request.headers["host"] for request in target.received] == [
            f"leads.nowhere.invalid:{target.port}"
        ] * 2
    assert asked == ["leads.nowhere.invalid"] * 2


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve by itself, behind the judge's back."""
    with receiver() as proxy, receiver() as target:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        (answer,) = post(target.url)
    assert answer.outcome.delivered
    assert (proxy.connections, target.connections) == (0, 1)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    """It is a failure, and where it points to hears nothing."""
    with receiver() as canary, receiver(lambda _: status(code, f"Location: {canary.url}")) as target:
        (answer,) = post(target.url)
    assert answer.outcome == Outcome(code, "redirect")
    assert canary.connections == 0


def endless(_: Received) -> bytes:
    """A gigabyte that is promised, more than can be read of it."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * (4 * MAX_ANSWER)


def test_of_an_answer_no_more_is_read_than_is_kept() -> None:
    """A gigabyte costs 64 kB; the beginning is in the log, without what could move a terminal."""
    with receiver(endless) as target:
        (answer,) = post(target.url)
    assert answer.outcome == Outcome(200, None)
    assert answer.text == "x" * KEPT_ANSWER
    with receiver(lambda _: status(500, body="坏了\x1b[2J\x00\n".encode() + b"\xff")) as target:
        (answer,) = post(target.url)
    assert answer.outcome == Outcome(500, "refused")
    assert answer.text == "坏了 [2J  \ufffd"


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: ",
    ],
)
def test_whoever_does_not_end_its_answer_fails_when_the_time_is_over(reply: bytes | None) -> None:
    """Silence, a body or a head that stops in the middle: a failure, never a success."""
    held: list[Received] = []

    def hold(request: Received) -> bytes | None:
        held.append(request)
        return reply

    with receiver(hold) as target:
        (answer,) = post(target.url, seconds=0.3)
    assert answer.outcome in {
        Outcome(None, "timeout"),
        Outcome(None, "protocol"),
        Outcome(None, "connection"),
    }
    assert not answer.outcome.delivered
    assert len(held) == 1


def test_a_resolver_that_hangs_is_part_of_the_time() -> None:
    """Registration ends in time too."""

    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    (answer,) = post("https://hangs.example.com/", resolve=never, seconds=0.1)
    assert answer.outcome == Outcome(None, "timeout")
    with pytest.raises(TargetError, match="unresolved"):
        asyncio.run(Transport(OWN, never, total_seconds=0.1).check("https://hangs.example.com/"))


def test_nobody_there_and_no_http_are_failures_with_a_name() -> None:
    """A closed port, a server that speaks something else, a name that is not known."""
    with receiver() as closed:
        url = closed.url
    (answer,) = post(url)
    assert answer.outcome == Outcome(None, "connection")
    with receiver(lambda _: b"SSH-2.0-nothing\r\n\r\n") as target:
        (answer,) = post(target.url)
    assert answer.outcome == Outcome(None, "protocol")
    (answer,) = post("https://no.such.name.invalid/")
    assert answer.outcome == Outcome(None, "unresolved")


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        (429, "120", dt.timedelta(minutes=2)),
        (503, "Fri, 20 Nov 2026 08:10:00 GMT", dt.timedelta(minutes=10)),
        (429, "Fri, 20 Nov 2026 07:00:00 GMT", dt.timedelta()),
        *(
            (429, given, None)
            for given in ("", "soon", "-5", "1e9", "99999999999", "Fri, 40 Nov 2026 08:10:00 GMT")
        ),
        (500, "120", None),
    ],
)
def test_a_receiver_that_asks_for_time_is_heard(code: int, given: str, expected: dt.timedelta | None) -> None:
    """Seconds or a date, with 429 and 503; nonsense is as if nothing was said."""
    with receiver(lambda _: status(code, f"Retry-After: {given}")) as target:
        (answer,) = post(target.url)
    assert answer.outcome == Outcome(code, "refused", expected)


def test_a_certificate_of_nobodys_or_of_another_name_ends_it(tmp_path: Path) -> None:
    """Nothing is sent over TLS to whoever cannot show a certificate for the name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other.example.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2090, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    got: list[bytes] = []

    async def go() -> Answer:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.read(1))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        async with server, Transport(OWN, answers(["127.0.0.1"])).line() as line:
            return await line.post(f"https://hooks.example.com:{port}/", "{}", {}, NOW)

    assert asyncio.run(go()).outcome == Outcome(None, "tls")
    assert got == []
