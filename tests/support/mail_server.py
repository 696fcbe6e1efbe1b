"""A mail server on loopback that keeps what it was sent, and refuses when a test says so."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from duijie_local.embedded.ports import free_ports


@dataclass
class MailServer:
    """Messages in the order in which they came; with `away` none is taken."""

    port: int
    away: bool = False
    messages: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As the operator would set it."""
        return f"mailto://127.0.0.1:{self.port}?from=duijie@example.cn&mode=insecure"

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Title and text of each message."""
        return [(str(each["Subject"]), text_of(each)) for each in self.messages]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Take a message or refuse it for now."""
        if self.away:
            return "451 try again later"
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


def text_of(message: EmailMessage) -> str:
    """The text of a message."""
    body = message.get_body(("plain", "html"))
    assert body is not None
    return str(body.get_content()).strip()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running one."""
    server = MailServer(free_ports(1)[0])
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
