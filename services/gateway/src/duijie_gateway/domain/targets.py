"""Where a webhook may go: its URL is read strictly, and every address that its host has is judged before a connection.

A name says nothing of where it leads, and `getaddrinfo` reads `0x7f.1` as loopback, so what is judged are resolved
addresses. `ipaddress.is_global` alone lets multicast and the networks through that embed or tunnel other addresses.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

MAX_URL = 2_048
DEFAULT_PORTS = {"https": 443, "http": 80}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TargetCode = Literal["bad-url", "url-not-allowed", "address-not-allowed", "unresolved"]

_EMBEDDING = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "192.0.0.0/24")
)
"""NAT64 and its local prefix, 6to4, Teredo, IPv4-compatible, and IETF protocol assignments: each may lead elsewhere."""
_URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<literal>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*)?",
    re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class TargetError(Exception):
    """A target that nothing is sent to; `code` is stable, `zh` and `en` say it."""

    def __init__(self, code: TargetCode, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code: TargetCode = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` in lower case without brackets, `path` with the query, never empty."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS[self.scheme] == self.port else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """What the operator lets through. `plain_http` opens http on port 80; `networks` and `hosts` are those of a
    self-hoster's own: they may be private, on any port, by http or https.
    """

    plain_http: bool = False
    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, allowed: str, *, plain_http: bool = False) -> TargetPolicy:
        """From a setting: addresses, networks (`10.1.0.0/16`) and host names, comma separated."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for part in filter(None, (each.strip().lower() for each in allowed.split(","))):
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError:
                if not _is_name(part):
                    raise ValueError(f"{part!r} is neither a network nor a host name") from None
                hosts.add(part)
        return cls(plain_http, tuple(networks), frozenset(hosts))

    def opens(self, target: Target, address: Address) -> bool:
        """Whether the operator named this host or a network with this address."""
        return target.host in self.hosts or any(
            address.version == network.version and address in network for network in self.networks
        )

    def usual(self, target: Target) -> bool:
        """Whether scheme and port are those that anybody may use."""
        return (target.scheme, target.port) in {("https", 443)} | (
            {("http", 80)} if self.plain_http else set()
        )


def read_target(url: str) -> Target:
    """The parts of a URL. Raises `TargetError` for what is no plain absolute http(s) URL.

    No user, no fragment, no trailing dot, nothing but ASCII: what two readers could understand differently is refused.
    """
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    found = _URL.fullmatch(f"{scheme.lower()}{separator}{authority.lower()}{slash}{path}")
    if len(url) > MAX_URL or found is None:
        raise _bad_url()
    host = found["literal"] or found["name"]
    port = int(found["port"]) if found["port"] else DEFAULT_PORTS[found["scheme"]]
    if not 0 < port < 65_536 or not (_is_literal(found["literal"]) if found["literal"] else _is_name(host)):
        raise _bad_url()
    return Target(found["scheme"], host, port, found["path"] or "/")


def judge(target: Target, addresses: Iterable[str], policy: TargetPolicy) -> tuple[str, ...]:
    """The addresses to connect to, in their order. Raises `TargetError` unless every single one is allowed.

    One private address among public ones refuses the whole set: which of them is taken is not for chance to say.
    """
    judged: list[Address] = [_unwrapped(text) for text in addresses]
    if not judged:
        raise TargetError("unresolved", "无法解析主机名", "the host name cannot be resolved")
    others = [address for address in judged if not policy.opens(target, address)]
    if others and not policy.usual(target):
        raise TargetError(
            "url-not-allowed",
            "须用 https 且端口为 443" if not policy.plain_http else "须用 https (443) 或 http (80)",
            "use https on port 443" if not policy.plain_http else "use https on port 443 or http on port 80",
        )
    if not all(map(_public, others)):
        raise TargetError(
            "address-not-allowed",
            "该主机指向不允许的地址 (内网、本机或保留地址)",
            "the host leads to an address that is not allowed (private, local or reserved)",
        )
    return tuple(map(str, dict.fromkeys(judged)))


def _public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not any(address.version == network.version and address in network for network in _EMBEDDING)
    )


def _unwrapped(text: str) -> Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_literal(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    labels: Sequence[str] = text.split(".")
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _bad_url() -> TargetError:
    return TargetError(
        "bad-url",
        "须为完整的 https 网址, 不含用户名、片段和特殊字符",
        "must be an absolute https URL without user name, fragment or special characters",
    )
