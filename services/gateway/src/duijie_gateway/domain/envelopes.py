"""What a webhook carries: the item of the feed in a CloudEvent (1.0, structured JSON), under an id that never changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

if TYPE_CHECKING:
    import datetime as dt

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "urn:duijie:gateway"
TEST_TYPE = "duijie.webhook.test.v1"
RESET_TYPE = "duijie.webhook.reset.v1"
DIGEST_TYPE = "duijie.feed.digest.v1"


def type_of(subject: str) -> str:
    """The event type of a change of this subject."""
    return f"duijie.feed.{subject}.v1"


def message_id(endpoint: UUID, sequence: int) -> str:
    """The `webhook-id` of a change for an endpoint: the same in every attempt and every replay."""
    return f"msg_{uuid5(endpoint, str(sequence)).hex}"


def cloud_event(id_: str, type_: str, subject: str, time: dt.datetime, data: dict[str, Any]) -> str:
    """The body as text: what is signed is what is sent, byte for byte."""
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": type_,
        "subject": subject,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
