"""Which URLs and which resolved addresses a webhook may go to."""

from __future__ import annotations

import pytest
from duijie_gateway.domain.targets import MAX_URL, Target, TargetError, TargetPolicy, judge, read_target

PUBLIC = "https://hooks.example.com/duijie?x=1"
USUAL = Target("https", "hooks.example.com", 443, "/")
CLOSED = TargetPolicy()


def refusal(url: str, addresses: tuple[str, ...], policy: TargetPolicy = CLOSED) -> str | None:
    """The code that a URL with these addresses is refused by; None when it is let through."""
    try:
        judge(read_target(url), addresses, policy)
    except TargetError as error:
        return error.code if error.zh and error.en else "wordless"
    return None


def test_a_url_is_taken_apart_once() -> None:
    """What is connected to is what was judged: host and port in one reading, the path as it stands."""
    assert read_target(PUBLIC) == Target("https", "hooks.example.com", 443, "/duijie?x=1")
    assert read_target("HTTPS://Hooks.Example.COM") == Target("https", "hooks.example.com", 443, "/")
    assert read_target("https://[2606:4700::1]:8443/A").authority == "[2606:4700::1]:8443"
    assert read_target("https://a.cn:443/").authority == "a.cn"


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.com", "//a.cn/", "ftp://a.cn/", "file:///etc/passwd", "gopher://a.cn/", "https://"),
        *("https://user@a.cn/", "https://user:pass@a.cn/", "https://@a.cn/", "https://a.cn@127.0.0.1/"),
        *("https://a.cn./", "https://a..cn/", "https://-a.cn/", "https://a_b.cn/", "https://例子.cn/"),
        *("https://a.cn/#part", "https://a.cn\\@b.cn/", "https://a.cn/ b", "https://a.cn/\r\nHost: b", "\thttps://a.cn"),
        *("https://a.cn:0/", "https://a.cn:65536/", "https://a.cn:/", "https://a.cn:44x/", "https://[::1/", "https://[z]/"),
        *("https://[fe80::1%25eth0]/", "https://a.cn\x00/", "https://a.cn?x=1", "https://%31.0.0.1/"),
        "https://a.cn/" + "x" * MAX_URL,
    ],
)  # fmt: skip
def test_what_two_readers_could_understand_differently_is_no_url(url: str) -> None:
    """Users, fragments, trailing dots, spaces, other schemes, ports out of range."""
    with pytest.raises(TargetError) as refused:
        read_target(url)
    assert refused.value.code == "bad-url"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.7", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),
        *("192.0.0.9", "192.0.2.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1"),
        *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "ff02::1", "ff0e::1"),
    ],
)  # fmt: skip
def test_addresses_that_are_not_plainly_public_are_refused(address: str) -> None:
    """Private, local, reserved, multicast, and those that embed or tunnel another; alone or beside a public one."""
    assert refusal(PUBLIC, (address,)) == "address-not-allowed"
    assert refusal(PUBLIC, ("93.184.215.14", address)) == "address-not-allowed"
    assert refusal(PUBLIC, (address, "93.184.215.14")) == "address-not-allowed"


def test_public_addresses_are_connected_to_in_their_order() -> None:
    """A mapped address is the one it maps, and each is there once."""
    found = ("93.184.215.14", "2606:4700::1", "::ffff:93.184.215.14", "93.184.215.14")
    assert judge(USUAL, found, CLOSED) == ("93.184.215.14", "2606:4700::1")
    assert refusal(PUBLIC, ()) == "unresolved"


def test_other_ports_and_plain_http_are_the_operators_to_open() -> None:
    """443 by https; 80 by http where opted in; nothing else, and never crosswise."""
    at = ("93.184.215.14",)
    both = TargetPolicy(plain_http=True)
    assert refusal("https://a.cn:443/", at) is None
    assert refusal("http://a.cn/", at) == "url-not-allowed"
    assert refusal("http://a.cn/", at, both) is None
    for url in ("https://a.cn:8443/", "https://a.cn:80/", "http://a.cn:443/", "https://a.cn:22/"):
        assert refusal(url, at, both) == "url-not-allowed"


def test_a_self_hoster_opens_networks_and_hosts_of_its_own() -> None:
    """Named networks and names, on any port; their neighbours stay closed."""
    policy = TargetPolicy.of("10.1.0.0/16, 127.0.0.1,Hooks.Intern ,fd00::/8")
    assert refusal("http://any.name:8080/", ("10.1.2.3",), policy) is None
    assert refusal("http://any.name:8080/", ("10.2.0.1",), policy) == "url-not-allowed"
    assert refusal("https://any.name/", ("10.2.0.1",), policy) == "address-not-allowed"
    assert refusal("https://any.name/", ("127.0.0.1", "127.0.0.2"), policy) == "address-not-allowed"
    assert refusal("https://any.name/", ("::ffff:127.0.0.1",), policy) is None
    assert refusal("http://hooks.intern:99/", ("192.168.7.7",), policy) is None
    assert refusal("https://xhooks.intern/", ("192.168.7.7",), policy) == "address-not-allowed"
    assert refusal("https://x.y/", ("fd00::1",), policy) is None


def test_a_setting_that_is_neither_network_nor_name_is_refused() -> None:
    """At the start, not at the first delivery."""
    for wrong in ("10.0.0.1/8", "http://a.cn", "*.a.cn", "a b"):
        with pytest.raises(ValueError, match="nor a host name"):
            TargetPolicy.of(wrong)
    assert TargetPolicy.of("") == TargetPolicy()
