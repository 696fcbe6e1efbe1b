"""What is private is searched for everywhere: planted in a running market, and looked for in every answer that others
get, on every topic, and in every log.
"""

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from brokers import drain
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.consumer import KafkaReader
from journeys import day, listening

pytestmark = pytest.mark.stack

RUN = uuid4().hex[:8]
SECRETS = {
    "contact": (f"联系人-{RUN}",),
    "row key": (f"rk-{RUN}",),
    "note": (f"note-{RUN}",),
    "reserve price": ("8123.57", "8.12357", "8123570", "12876.43", "12.87643", "12876430"),
    "area": ("7654.321",),
    "exact place": (
        "26.8593",
        "268593377",
        "104.2879",
        "1042879533",
        "31.0177",
        "310177991",
        "121.7543",
        "1217543337",
    ),
}
FARM = {"latitude": 26.8593377, "longitude": 104.2879533}
DOOR = {"latitude": 31.0177991, "longitude": 121.7543337}
ON_TOPICS = {"orders-v1": {"exact place"}, "capacities-v1": {"exact place"}}
"""The matcher reckons distances, so an exact place is on these two; who reads a topic runs the platform."""
STAFF_SEE = {"row key"}
"""The operator's own key of a party."""

OFFER = {
    "product": "pistachio", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 9000, "county": "520526",
    "reserve_price": 8123.57, "area": 7654.321, "note": f"note-{RUN}", **FARM,
}  # fmt: skip
DEMAND = {
    "product": "pistachio", "min_grade": 3, "quantity": 20, "unit": "t", "bid_price": 12000, "county": "310115",
    "reserve_price": 12876.43, "note": f"note-{RUN}", **DOOR,
}  # fmt: skip
CAPACITY = {
    "activity": "cold_storage", "product_in": "pistachio", "throughput_per_day": 20, "unit": "t", "fee": 80,
    "county": "520526", "note": f"note-{RUN}", **FARM,
}  # fmt: skip


@dataclass
class Market:
    """A market with secrets. `ids` are of what was posted, `news` what the other side heard on its stream."""

    seller: httpx.Client
    ids: dict[str, list[str]]
    readers: dict[str, httpx.Client]
    news: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def market(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Market:
    """A seller with a secret in every private field, matched with a buyer who has his own; and who looks on."""
    people = tmp_path_factory.mktemp("disclosure") / "parties.csv"
    rows = [f"rk-{RUN}-s,卖方,producer,520526,{FARM['latitude']},{FARM['longitude']},联系人-{RUN}"]
    rows += [f"rk-{RUN}-b,买方,buyer,310115,{DOOR['latitude']},{DOOR['longitude']},联系人-{RUN}"]
    rows += [f"x{RUN}-{kind},旁人,{kind},,,,nothing" for kind in ("buyer", "site")]
    people.write_text("\n".join(["row_key,name,kind,county,latitude,longitude,contact", *rows]), "utf-8")
    job = stack.import_file(people, "parties")
    seller = stack.client(stack.key("producer", party=f"rk-{RUN}-s"))
    buyer_key = stack.key("buyer", party=f"rk-{RUN}-b")
    buyer = stack.client(buyer_key)
    ids: dict[str, list[str]] = {"imports": [job["id"]]}
    with listening(stack.gateway, buyer_key) as stream:
        window = {"available_from": day(0), "available_to": day(50)}
        ids["offers"] = [posted(seller, "offers", OFFER | window)]
        ids["capacities"] = [posted(seller, "capacities", CAPACITY | window)]
        # The buyer's own secrets are planted by a demand that is not among the ones he looks on with.
        demand = DEMAND | {"needed_from": day(3), "needed_to": day(60)}
        ids["demands"] = [posted(buyer, "demands", demand)]
        item = stream.wait_for(lambda i: i["offer"] == ids["offers"][0] and i["status"] == "proposed")
        news = list(stream.items)
    ids["matches"] = [item["id"]]
    ids["listings"] = ids["offers"] + ids["demands"]
    admin = stack.client()
    ids["parties"] = [
        admin.get("/v1/parties", params={"row_key": f"rk-{RUN}-{side}"}).json()["items"][0]["id"]
        for side in "sb"
    ]
    readers = {"nobody": httpx.Client(base_url=stack.gateway, timeout=30, trust_env=False)}
    for kind in ("buyer", "site"):
        readers[kind] = logged_in(stack, stack.key(kind, party=f"x{RUN}-{kind}"))
    for role in ("staff", "admin"):
        readers[role] = logged_in(stack, stack.key(role))
    return Market(seller, ids, readers, news)


def posted(client: httpx.Client, kind: str, body: dict[str, object]) -> str:
    """Post it; its id."""
    made = client.post(f"/v1/{kind}", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def logged_in(stack: Any, key: str) -> httpx.Client:
    """A client with a browser session, which reads routes and pages alike."""
    client: httpx.Client = httpx.Client(base_url=stack.gateway, timeout=30, trust_env=False)
    client.cookies["duijie_session"] = client.post("/v1/session", json={"key": key}).cookies["duijie_session"]
    return client


def found_in(text: str) -> set[str]:
    """Which kinds of secrets a text has."""
    return {kind for kind, tokens in SECRETS.items() if any(token in text for token in tokens)}


def addresses(document: dict[str, Any], ids: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every GET operation with every id that was posted and every choice of its parameters that have some."""
    everything = [id_ for of_kind in ids.values() for id_ in of_kind]
    for path, methods in document["paths"].items():
        if "get" not in methods or path.endswith("/stream"):
            continue
        parameters = methods["get"].get("parameters", ())
        queries = [choices(p, document) for p in parameters if p["in"] == "query"]
        named = [p for p in parameters if p["in"] == "path" and p["name"] != "id"]
        places = [
            [(p["name"], value) for value in values_of(p, document) or ["potato", "pistachio"]] for p in named
        ]
        for id_ in everything if "{id}" in path else [""]:
            for place in itertools.product(*places):
                address = path.replace("{id}", id_)
                for name, value in place:
                    address = address.replace(f"{{{name}}}", value)
                for query in itertools.product(*queries):
                    yield address, {name: value for name, value in query if value is not None}


def values_of(parameter: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """The words that a parameter may be, where it says so."""
    schema = parameter["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(map(str, schema.get("enum", ())))


def choices(parameter: dict[str, Any], document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """A required parameter's values; of an optional one its words, or none at all."""
    name, schema = parameter["name"], parameter["schema"]
    words: list[str | None] = [*values_of(parameter, document)]
    if not parameter.get("required"):
        return [(name, None), *((name, word) for word in words if name == "format")]
    if schema.get("format") == "date":
        return [(name, day(1))]
    return [(name, word) for word in words or ["pistachio"]]


def patiently(client: httpx.Client, path: str, query: dict[str, str]) -> httpx.Response:
    """The answer, once the limit of requests a second lets it through."""
    while True:
        answer = client.get(path, params=query)
        if answer.status_code != 429:
            return answer
        time.sleep(float(answer.headers["retry-after"]))


def every_page(client: httpx.Client, path: str, query: dict[str, str]) -> Iterator[httpx.Response]:
    """An answer and, where it is a list, all that follow it."""
    cursor: str | None = None
    while True:
        answer = patiently(client, path, query | ({"cursor": cursor} if cursor else {}))
        yield answer
        is_json = answer.headers.get("content-type", "").partition(";")[0] == "application/json"
        body = answer.json() if is_json and answer.status_code == 200 else None
        cursor = body.get("next") if isinstance(body, dict) else None
        if not cursor:
            return


def text_of(answer: httpx.Response) -> str:
    """All that an answer says: headers, body, and the parts of a body that is a workbook."""
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            body = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    else:
        body = answer.text
    return f"{answer.headers}\n{body}"


PAGES = ("/", "/?lang=en", "/login", "/matches/{id}", "/docs", "/metrics", "/openapi.json")


def test_the_poster_reads_his_own_secrets(market: Market) -> None:
    """Otherwise the search below would search for what is not there."""
    own = [
        market.seller.get(f"/v1/{kind}/{market.ids[kind][0]}").text
        for kind in ("offers", "capacities", "parties")
    ]
    assert found_in("\n".join(own)) == set(SECRETS)


def test_nobody_else_reads_a_secret_in_any_answer(market: Market) -> None:
    """Every GET of the description with every id and every page, lists, items, exports and pages of the site, as another
    party, as nobody, as staff; and each is asked for something that is there.
    """
    document = market.readers["nobody"].get("/openapi.json").json()
    asked = list(addresses(document, market.ids))
    asked += [(page.replace("{id}", market.ids["matches"][0]), {}) for page in PAGES]
    told: list[tuple[object, ...]] = []
    answered: dict[str, set[str]] = {}
    for reader, client in market.readers.items():
        allowed = STAFF_SEE if reader in {"staff", "admin"} else set()
        for path, query in asked:
            for answer in every_page(client, path, query):
                assert answer.status_code < 429, (reader, path, answer.text)
                if answer.status_code == 200:
                    answered.setdefault(reader, set()).add(path)
                # What was asked for may be in the answer; it says nothing of whether it is there.
                if found := found_in(text_of(answer).replace(path, "")) - allowed:
                    told.append((reader, path, query, found))
    assert told == []
    assert {"/v1/listings", f"/v1/listings/{market.ids['offers'][0]}", "/v1/exports/offers"} <= answered[
        "buyer"
    ]
    assert {f"/v1/offers/{market.ids['offers'][0]}", "/v1/parties", "/v1/exports/parties"} <= answered[
        "staff"
    ]
    assert not {path for path in answered["nobody"] if path.startswith("/v1/")}


def test_the_other_side_of_a_match_reads_and_hears_no_secret(market: Market, stack: Any) -> None:
    """Before a deal: not in the match, its stream, its page, nor in the listing."""
    buyer = logged_in(stack, stack.key("buyer", party=f"rk-{RUN}-b"))
    match = market.ids["matches"][0]
    paths = (
        f"/v1/matches/{match}",
        "/v1/matches",
        f"/v1/listings/{market.ids['offers'][0]}",
        "/",
        f"/matches/{match}",
    )
    answers = [buyer.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    assert found_in("\n".join(map(text_of, answers)) + str(market.news)) == set()
    for kind in ("offers", "capacities", "parties"):
        assert buyer.get(f"/v1/{kind}/{market.ids[kind][0]}").status_code == 404


def test_no_topic_has_a_secret_but_exact_places_where_distances_are_reckoned(
    market: Market, stack: Any
) -> None:
    """Every record there is: key, value and headers."""
    reader = KafkaReader(stack.addresses.kafka, tuple(TOPICS), client_id="disclosure-test")
    told: dict[str, set[str]] = {}
    for record in drain(reader):
        parts = [record.key, record.value, *(value for _, value in record.headers)]
        text = "\n".join(part.decode("utf-8", "replace") for part in parts if part)
        if found := found_in(text):
            told.setdefault(record.topic, set()).update(found)
    reader.close()
    assert market.ids["matches"]
    assert told == ON_TOPICS


def test_no_log_has_a_secret(market: Market, stack: Any) -> None:
    """Neither the services' logs nor those of database and broker; refusals are logged too."""
    bad = market.seller.post("/v1/offers", json=OFFER | {"product": "nothing", "available_from": "x"})
    assert bad.status_code == 422
    logs = list((stack.data_dir / "logs").glob("*.log"))
    assert any("gateway" in path.name for path in logs)
    assert any("catalog" in path.name for path in logs)
    told = {path.name: found for path in logs if (found := found_in(path.read_text("utf-8", "replace")))}
    assert told == {}
