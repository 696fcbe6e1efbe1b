"""The audit of the running gateway: what is on record, who reads it, and that nobody changes it."""

from __future__ import annotations

import json

import pytest
from duijie_gateway.domain.audit import Entry, first_break
from gateway_served import ADMIN_KEY, Gateway
from sqlalchemy.exc import DBAPIError

pytestmark = pytest.mark.database


def test_deeds_refusals_and_log_ins_are_on_record_without_secrets(gateway: Gateway) -> None:
    """In order, with who did it, and neither keys nor bodies in any row."""
    staff = gateway.key("staff")
    with gateway.client() as admin, gateway.client(staff) as other, gateway.client(None) as nobody:
        made = admin.post("/v1/keys", json={"role": "staff", "county": "530000"}).json()
        assert other.get("/v1/keys").status_code == 403
        wrong = "dj_" + "B" * 43
        assert nobody.post("/v1/session", json={"key": wrong}).status_code == 401
        assert nobody.post("/v1/session", json={"key": staff.secret}).status_code == 201
        admin.delete(f"/v1/keys/{made['id']}")
        page = admin.get("/v1/audit").json()
        text = admin.get("/v1/audit/lines").text
    told = [(item["action"], item["status"], item["actor"]) for item in page["items"]]
    assert told == [
        ("make-key", 201, page["items"][0]["actor"]),
        ("refused", 403, str(staff.id)),
        ("log-in", 401, None),
        ("log-in", 201, str(staff.id)),
        ("revoke-key", 204, page["items"][0]["actor"]),
    ]
    assert [json.loads(line) for line in text.splitlines()] == page["items"]
    for secret in (made["key"], wrong, staff.secret, ADMIN_KEY.secret):
        assert secret not in text


def test_pages_filters_and_areas_of_the_audit(gateway: Gateway) -> None:
    """A page goes on where the last ended; a cursor is good for its filter alone; an area sees its own keys' deeds."""
    here, there = gateway.key("staff", county="530000"), gateway.key("staff", county="310115")
    for key in (here, there, here):
        with gateway.client(key) as client:
            client.get("/v1/keys")
    with gateway.client() as admin, gateway.client(here) as staff:
        first = admin.get("/v1/audit", params={"limit": 2}).json()
        rest = admin.get("/v1/audit", params={"limit": 2, "cursor": first["next"]}).json()
        assert [item["sequence"] for item in first["items"] + rest["items"]] == [1, 2, 3]
        assert rest["next"] is None
        other = admin.get("/v1/audit", params={"action": "refused", "cursor": first["next"]})
        assert other.status_code == 422
        mine = admin.get("/v1/audit", params={"actor": str(there.id)}).json()["items"]
        assert [item["actor"] for item in mine] == [str(there.id)]
        seen = staff.get("/v1/audit").json()["items"]
        assert [item["sequence"] for item in seen] == [1, 3]
        assert [json.loads(line)["sequence"] for line in staff.get("/v1/audit/lines").text.splitlines()] == [
            1,
            3,
        ]
        late = admin.get("/v1/audit", params={"since": "2999-01-01T00:00:00"}).json()
        assert late["items"] == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET status = 200", "DELETE FROM audit", "TRUNCATE audit"]
)
def test_the_database_refuses_to_change_the_audit(gateway: Gateway, statement: str) -> None:
    """Whoever asks by SQL; and the chain over the stored rows holds."""
    with gateway.client(gateway.key("staff")) as staff:
        staff.get("/v1/keys")
        staff.get("/v1/keys")
    with pytest.raises(DBAPIError, match="append-only"), gateway.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    names = tuple(Entry.__dataclass_fields__)
    with gateway.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM audit ORDER BY sequence").mappings().all()
    assert len(rows) == 2
    assert first_break((r["sequence"], Entry(**{n: r[n] for n in names}), r["hash"]) for r in rows) is None


def test_nobody_hears_of_a_deed_that_is_not_on_record(gateway: Gateway) -> None:
    """Where the row cannot be written the answer is 503; what is not audited goes on."""
    with gateway.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    with gateway.client() as admin:
        refused = admin.post("/v1/keys", json={"role": "staff"})
        assert refused.status_code == 503
        assert "key" not in refused.json()
        assert admin.get("/v1/keys").status_code == 200
