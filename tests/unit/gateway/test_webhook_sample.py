"""The verifier that docs/webhooks.md shows, run as it stands there against what the sender signs."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from duijie_gateway.webhooks.secrets import new_secret, signed_headers
from sources import ROOT

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
BODY = '{"data":{"item":"土豆"}}'


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The code block as a module."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    file = Path(tmp_path_factory.mktemp("sample") / "sample.py")
    file.write_text(blocks[0], "utf-8")
    spec = importlib.util.spec_from_file_location("sample", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_takes_what_was_signed_by_either_secret_of_a_rotation(sample: ModuleType) -> None:
    """A receiver that knows the old secret, the new one, or both."""
    old, new = new_secret(), new_secret()
    headers = signed_headers("msg_1", NOW, BODY, [new, old])
    for known in ([old], [new], [old, new]):
        seen: set[str] = set()
        sample.Verifier(known, seen, clock=NOW.timestamp).verify(headers, BODY.encode())
        assert seen == {"msg_1"}


def test_it_refuses_the_four_attacks(sample: ModuleType) -> None:
    """Replayed later, sent twice, changed on the way, signed by somebody else; and none of them marks an id as taken."""
    secret, seen = new_secret(), set[str]()
    verifier = sample.Verifier([secret], seen, clock=NOW.timestamp)
    headers = signed_headers("msg_1", NOW, BODY, [secret])
    old = signed_headers("msg_2", NOW - dt.timedelta(seconds=301), BODY, [secret])
    future = signed_headers("msg_3", NOW + dt.timedelta(seconds=301), BODY, [secret])
    fresh = headers | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)}
    others = signed_headers("msg_4", NOW, BODY, [new_secret()])
    changed = BODY.replace("土豆", "红薯")
    for wrong, body in ((old, BODY), (future, BODY), (fresh, BODY), (others, BODY), (headers, changed)):
        with pytest.raises(sample.Refused):
            verifier.verify(wrong, body.encode())
    with pytest.raises(sample.Refused):
        verifier.verify(headers | {"webhook-signature": "v2,abc v1a,x v1,"}, BODY.encode())
    assert seen == set()
    verifier.verify(headers, BODY.encode())
    with pytest.raises(sample.Refused, match="taken already"):
        verifier.verify(headers, BODY.encode())
    edge = signed_headers("msg_5", NOW - dt.timedelta(seconds=300), BODY, [secret])
    verifier.verify(edge, BODY.encode())
    assert seen == {"msg_1", "msg_5"}
