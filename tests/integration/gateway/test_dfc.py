"""Listings as DFC linked data: nothing is lost on expanding, every address leads on, and nobody is named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from duijie_gateway.domain.dfc import ONTOLOGY, TERMS
from gateway_records import an_id, an_order
from gateway_served import Gateway
from pyld import jsonld

pytestmark = pytest.mark.database

KINDS = ("enterprises", "catalog_items", "supplied_products", "offers", "requests")
BUSINESS = f"{ONTOLOGY}DFC_BusinessOntology.owl#"


@pytest.fixture
def reader(gateway: Gateway) -> httpx.Client:
    """A client of a third party, over offers and a demand."""
    return reading(gateway)


def reading(gateway: Gateway) -> httpx.Client:
    gateway.project(
        an_order(
            "offer", shows_price=True, certificates=("green",), min_lot=2_000_000, temperature="chilled"
        ),
        an_order("offer", 2, product="bamboo_basket", price=None, county=None, sequence=2),
        an_order("demand", origin_counties=("532523",)),
    )
    return gateway.client(gateway.key("carrier"))


def expanded(client: httpx.Client, document: Any) -> Any:
    """The document as others read it; its context comes from the gateway alone."""

    def load(url: str, _options: object) -> dict[str, Any]:
        found = httpx.get(url, trust_env=False)
        assert found.headers["content-type"].startswith("application/ld+json")
        return {"contextUrl": None, "documentUrl": url, "document": found.json()}

    return jsonld.expand(document, {"documentLoader": load})


def leaves(value: Any) -> list[Any]:
    """Every value in a document, contexts and language tags left out."""
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if name not in {"@context", "@language"}}
        return [leaf for name, part in kept.items() if not name_of_type(name, part) for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def name_of_type(name: str, part: Any) -> bool:
    """Whether it is the type of a literal, which the context gives and the document need not."""
    return name == "@type" and isinstance(part, str) and part.startswith("http://www.w3.org/2001/XMLSchema")


def keys(value: Any) -> list[str]:
    """Every key below the context."""
    if isinstance(value, dict):
        return [
            key
            for name, part in value.items()
            if name != "@context"
            for key in ([name] if name[0] != "@" else []) + keys(part)
        ]
    return [key for part in value for key in keys(part)] if isinstance(value, list) else []


def lost(client: httpx.Client, document: Any) -> list[str]:
    """What a document says that its expansion does not: keys that lead to no address, values that are gone."""
    told = expanded(client, document)
    bare = [key for key in keys(told) if not key.startswith("http")]
    dropped = len(keys(document)) - len(keys(told))
    values = len(leaves(document)) - len(leaves(told))
    return bare + ["a key"] * dropped + ["a value"] * values


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_dropped_on_expanding(reader: httpx.Client, kind: str) -> None:
    """Under the context that is served; a key that is declared nowhere, or a null, would be noticed."""
    document = reader.get(f"/v1/dfc/{kind}").json()
    assert document["@graph"]
    assert lost(reader, document) == []
    for undeclared in ({"colour": "red"}, {"dfx:colour": "red"}, {"dj:grade": None}):
        resource = {**document["@graph"][0]}
        resource.update(undeclared)
        assert lost(reader, {**document, "@graph": [resource]}) != []


def test_every_address_leads_on(whole_gateway: Gateway) -> None:
    """Each `@id` is absolute and answers with the same resource; so does whatever it links to on this host."""
    reader = reading(whole_gateway)
    host = str(reader.base_url).rstrip("/")
    for kind in KINDS:
        for resource in reader.get(f"/v1/dfc/{kind}").json()["@graph"]:
            one = reader.get(resource["@id"])
            assert one.status_code == 200
            assert one.headers["content-type"].startswith("application/ld+json")
            assert {**one.json(), "@context": None} == {"@context": None, **resource}
            links = [each for each in leaves(resource) if isinstance(each, str) and each.startswith(host)]
            assert links
            assert {reader.get(link).status_code for link in links} == {200}


def test_an_offer_is_told_in_the_words_of_dfc(reader: httpx.Client) -> None:
    """Product, catalogue item and offer refer to each other; quantity in DFC's kilogram, price in yuan of our own."""
    at = an_id("offer", 1)
    (product,) = expanded(reader, reader.get(f"/v1/dfc/supplied_products/{at}").json())
    assert product["@type"] == [f"{BUSINESS}SuppliedProduct"]
    (quantity,) = product[f"{BUSINESS}hasQuantity"]
    assert quantity[f"{BUSINESS}value"] == [{"@value": 30000}]
    assert quantity[f"{BUSINESS}hasUnit"][0]["@id"].endswith("measures.rdf#Kilogram")
    (item,) = product[f"{BUSINESS}referencedBy"]
    (item,) = expanded(reader, reader.get(item["@id"]).json())
    (offer,) = item[f"{BUSINESS}offeredThrough"]
    (offer,) = expanded(reader, reader.get(offer["@id"]).json())
    (price,) = offer[f"{BUSINESS}hasPrice"]
    assert price[f"{BUSINESS}value"] == [{"@value": 1.6}]
    assert price[f"{BUSINESS}hasUnit"][0]["@id"].endswith("/ns/v1#CNY")


def test_nobody_is_named_and_no_private_price_is_told(reader: httpx.Client) -> None:
    """The platform is the one enterprise; a demand that does not publish its bid has no price."""
    texts = [reader.get(f"/v1/dfc/{kind}").text for kind in KINDS]
    for private in (an_id("producer"), an_id("buyer"), "latitude", "103.0"):
        assert not any(str(private) in text for text in texts)
    (request,) = reader.get("/v1/dfc/requests").json()["@graph"]
    assert "dfc-b:hasPrice" not in request
    assert reader.get(f"/v1/dfc/requests/{an_id('offer', 1)}").status_code == 404
    assert reader.get(f"/v1/dfc/offers/{an_id('demand', 1)}").status_code == 404


def test_pages_follow_the_link_header(reader: httpx.Client) -> None:
    """Every listing once, the newest first; the last page leads nowhere; the context needs no key."""
    first = reader.get("/v1/dfc/offers", params={"limit": 1})
    second = reader.get(first.links["next"]["url"])
    seen = [page.json()["@graph"][0]["@id"].rpartition("/")[2] for page in (first, second)]
    assert seen == [str(an_id("offer", 2)), str(an_id("offer", 1))]
    assert "link" not in second.headers


def test_the_namespace_declares_every_word_that_is_used(reader: httpx.Client) -> None:
    """What DFC lacks is ours, labelled in both languages, at an address that needs no key."""
    host = str(reader.base_url).rstrip("/")
    document = httpx.get(f"{host}/ns/v1", trust_env=False).json()
    declared = {each["@id"].partition("#")[2] for each in document["@graph"]}
    assert declared == set(TERMS)
    assert all(len(each["rdfs:label"]) == 2 for each in document["@graph"])
    used = {key for kind in KINDS for key in keys(reader.get(f"/v1/dfc/{kind}").json())}
    assert {key.removeprefix("dj:") for key in used if key.startswith("dj:")} <= declared
