"""Files handed out: templates, exports, the sheet of refused rows; their names, their caching, whose data they hold."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from duijie_catalog import bootstrap
from duijie_catalog.clock import utc_now
from duijie_catalog.files.import_runner import ImportRunner
from duijie_catalog.settings import CatalogSettings
from duijie_shared.sheets.delivery import XLSX, content_disposition
from gateway_served import ADMIN_KEY, Gateway, Key
from workbooks import opened, rows_of, saved

pytestmark = pytest.mark.database

OFFER = {
    "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1600, "reserve_price": 1500,
    "county": "532523", "available_from": "2090-01-10", "available_to": "2090-03-31", "note": "=1+1",
}  # fmt: skip
PARTIES = b"row_key,name,kind,contact\ngood,a,buyer,13800001111\nbad,b,nobody,\n"


def a_party(gateway: Gateway, row_key: str) -> Key:
    """The key of a new producer with one offer."""
    body = {"row_key": row_key, "name": row_key, "kind": "producer", "contact": "13800001111"}
    with gateway.client() as admin:
        party = UUID(admin.post("/v1/parties", json=body).json()["id"])
    key = gateway.key("producer", party)
    with gateway.client(key) as client:
        posted = client.post("/v1/offers", json=OFFER)
        assert posted.status_code == 201, posted.text
    return key


@pytest.fixture
def import_worker(catalog_url: str) -> Iterator[ImportRunner]:
    """The importer of the gateway's catalog."""
    engine = bootstrap.engine_for(CatalogSettings(database_url=catalog_url))
    yield ImportRunner(engine, utc_now)
    engine.dispose()


def test_a_template_is_named_in_both_ways_and_cached(gateway: Gateway) -> None:
    """Its Chinese name by RFC 8187 beside a plain one; 304 for its ETag; the other language is another file."""
    with gateway.client(gateway.key("buyer")) as client:
        first = client.get("/v1/templates/offers")
        assert first.status_code == 200
        assert first.headers["content-type"] == XLSX
        plain, extended = first.headers["content-disposition"].split("; ")[1:]
        assert plain == 'filename="duijie-offers-template.xlsx"'
        assert urllib.parse.unquote(extended.removeprefix("filename*=UTF-8''")) == "供应-导入模板.xlsx"
        assert extended.isascii()
        again = client.get("/v1/templates/offers", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        english = client.get("/v1/templates/offers?lang=en", headers={"If-None-Match": first.headers["etag"]})
        assert english.status_code == 200
        assert opened(english.content).worksheets[0]["A2"].value == "row_key"
        csv = client.get("/v1/templates/demands?format=csv&lang=zh")
        assert csv.headers["content-type"].startswith("text/csv")
        assert rows_of(csv.content, "demands") == []
        assert client.get("/v1/templates/nothing").status_code == 422


def test_a_name_that_needs_quoting_is_no_plain_name() -> None:
    """Nothing that a poster chose gets into a header unquoted."""
    assert content_disposition("供 应.csv", "a-1.csv").isascii()
    for plain in ('a".csv', "a\r\nb.csv", "供应.csv", ""):
        with pytest.raises(ValueError, match="no plain file name"):
            content_disposition("x", plain)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_an_export_is_ones_own_and_for_staff_of_their_area_without_what_is_private(
    whole_gateway: Gateway, format_: str
) -> None:
    """A party's file has its reserve price and note; staff's has everyone's rows and no such columns."""
    mine = a_party(whole_gateway, "mine")
    a_party(whole_gateway, "yours")
    address = f"/v1/exports/offers?format={format_}&lang=en"

    def rows(key: Key) -> list[Any]:
        with whole_gateway.client(key) as client:
            answer = client.get(address)
        assert answer.status_code == 200, answer.text
        assert f'.{format_}"' in answer.headers["content-disposition"]
        return rows_of(answer.content)

    (own,) = rows(mine)
    assert (own.party, own.fields["reserve_price"], own.fields["note"]) == ("mine", "1500", "=1+1")
    everyones = rows(ADMIN_KEY)
    assert [row.party for row in everyones] == ["mine", "yours"]
    assert not {"reserve_price", "note", "latitude", "longitude", "area"} & everyones[0].fields.keys()
    assert [row.party for row in rows(whole_gateway.key("staff", county="532500"))] == ["mine", "yours"]
    assert rows(whole_gateway.key("staff", county="310000")) == []
    assert rows(whole_gateway.key("producer")) == []


def test_a_partys_contact_is_in_its_own_file_alone(whole_gateway: Gateway) -> None:
    """The file of parties: oneself with it, everyone without the column for staff."""
    mine = a_party(whole_gateway, "mine")
    with whole_gateway.client(mine) as client:
        (own,) = rows_of(client.get("/v1/exports/parties?format=csv").content, "parties")
    assert own.fields["contact"] == "13800001111"
    with whole_gateway.client() as admin:
        answer = admin.get("/v1/exports/parties?format=csv")
        assert b"13800001111" not in answer.content
        assert [row.row_key for row in rows_of(answer.content, "parties")] == ["mine"]
        assert admin.get("/v1/exports/parties?status=open").status_code == 422


def test_what_was_refused_is_had_as_a_sheet_and_imported_after_correction(
    whole_gateway: Gateway, import_worker: ImportRunner
) -> None:
    """409 before the end; then the sheet with its name; corrected, through the same door; newest first in the list."""
    with whole_gateway.client() as admin:
        queued = admin.post("/v1/imports?kind=parties&filename=a.csv", content=PARTIES).json()
        assert admin.get(f"/v1/imports/{queued['id']}/errors").status_code == 409
        while import_worker.step():
            pass
        done = admin.get(f"/v1/imports/{queued['id']}").json()
        assert (done["created"], done["refused"], done["errors_total"]) == (1, 1, 1)
        assert done["file_until"] > done["finished_at"]
        answer = admin.get(f"/v1/imports/{queued['id']}/errors?format=xlsx")
        assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
        assert "duijie-refused-" in answer.headers["content-disposition"]
        book = opened(answer.content)
        page = book.worksheets[0]
        assert [cell.value for cell in page[3]][:3] == ["bad", "b", "nobody"]
        page["C3"] = "buyer"
        corrected = admin.post("/v1/imports?kind=parties", content=saved(book)).json()
        while import_worker.step():
            pass
        assert admin.get(f"/v1/imports/{corrected['id']}").json()["created"] == 1
        assert admin.get(f"/v1/imports/{corrected['id']}/errors").json()["code"] == "nothing-refused"
        first = admin.get("/v1/imports?limit=1").json()
        assert [each["id"] for each in first["items"]] == [corrected["id"]]
        then = admin.get("/v1/imports", params={"limit": 1, "cursor": first["next"]}).json()
        assert ([each["id"] for each in then["items"]], then["next"]) == ([queued["id"]], None)
