"""Listings in the words of the Data Food Consortium (DFC business ontology 1.16.0), as JSON-LD.

An offer is a supplied product, the catalogue item that lists it and the offer that prices it; a demand is a functional
product that is requested. Who posts is nowhere: before a deal the platform stands for them, as on listings. What DFC
has no word for (grade, CNY, designations, counties, windows) is in a namespace of Duijie's own, `dj`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.taxonomy import taxonomy
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

from duijie_gateway.domain.listings import pricing_unit

if TYPE_CHECKING:
    from duijie_gateway.domain.listings import Listing

JsonLd = dict[str, Any]

ONTOLOGY = "https://github.com/datafoodconsortium/ontology/releases/latest/download/"
TAXONOMIES = "https://github.com/datafoodconsortium/taxonomies/releases/latest/download/"
XSD = "http://www.w3.org/2001/XMLSchema#"
PLATFORM = "platform"
"""The one enterprise that is public."""
_UNITS = {"kg": "dfc-m:Kilogram"}
"""Units that DFC's measures have; the others are `dj:unit` words."""
_LINKS = (
    "hasGeographicalOrigin", "hasPrice", "hasQuantity", "hasType", "hasUnit", "managedBy", "offeredThrough", "offers",
    "referencedBy", "references", "requestedBy", "suppliedBy",
)  # fmt: skip
"""Terms of DFC in use whose values are addresses, as in DFC's context 1.16.0."""
TERMS: dict[str, tuple[str, str, str]] = {
    "CNY": ("Currency", "人民币元", "Chinese yuan, the unit of prices"),
    "grade": ("Property", "通用等级, 5 最好", "Grade on the common scale, 5 best; of a request the least"),
    "county": ("Property", "县级行政区划代码 (GB/T 2260)", "County by its GB/T 2260 code"),
    "designation": ("Property", "所属名录", "List of counties that policy favours"),
    "unit": ("Property", "计量单位", "Unit of quantities and prices, as /v1/units names it"),
    "pricePer": ("Property", "计价单位", "Unit that a price is for"),
    "minimumLot": ("Property", "最小成交量", "Least quantity of a deal"),
    "packMultiple": ("Property", "包装倍数", "Quantities are multiples of it"),
    "priceBreak": ("Property", "阶梯价", "From a quantity on, another price"),
    "fromQuantity": ("Property", "起订量", "Where a price break begins"),
    "availableFrom": ("Property", "供货或需求起始日", "First day of the window"),
    "availableTo": ("Property", "供货或需求截止日", "Last day of the window"),
    "harvestDate": ("Property", "采收日期", "Day of harvest"),
    "temperature": ("Property", "温度带", "Temperature on the way: ambient, chilled or frozen"),
    "certificate": ("Property", "证书", "Certificate, by its word"),
    "evidence": ("Property", "凭据级别", "How well the facts are attested"),
    "originCounty": ("Property", "限定产地", "County that a request takes goods from"),
    "modified": ("Property", "更新时间", "When it came to be as it is"),
}
"""Duijie's own terms: kind, zh, en."""
_DATES = ("availableFrom", "availableTo", "harvestDate")


def namespace(base: str) -> str:
    """The namespace of Duijie's own terms; its document is served there."""
    return f"{base}/ns/v1#"


def context(base: str) -> JsonLd:
    """The context that all documents name: the prefixes of DFC, and how values are read."""
    terms: dict[str, Any] = {
        "dfc-b": f"{ONTOLOGY}DFC_BusinessOntology.owl#",
        "dfc-m": f"{TAXONOMIES}measures.rdf#",
        "dj": namespace(base),
        "xsd": XSD,
    }
    terms |= {f"dfc-b:{name}": {"@type": "@id"} for name in _LINKS}
    terms |= {f"dj:{name}": {"@type": "xsd:date"} for name in _DATES}
    return {"@context": {**terms, "dj:modified": {"@type": "xsd:dateTime"}}}


def vocabulary(base: str) -> JsonLd:
    """The namespace document: every term of Duijie's own, labelled in both languages."""
    rdf, rdfs = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
    kinds = {"Property": f"{rdf}Property", "Currency": f"{rdfs}Resource"}
    return {
        "@context": {"rdfs": rdfs, "rdfs:isDefinedBy": {"@type": "@id"}},
        "@graph": [
            {
                "@id": f"{namespace(base)}{name}",
                "@type": kinds[kind],
                "rdfs:label": [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}],
                "rdfs:isDefinedBy": f"{base}/ns/v1",
            }
            for name, (kind, zh, en) in TERMS.items()
        ],
    }


def enterprise(base: str) -> JsonLd:
    """The platform, which stands for who posts until both sides have accepted."""
    return {
        "@id": _at(base, "enterprises", PLATFORM),
        "@type": "dfc-b:Enterprise",
        "dfc-b:name": "产销对接 Duijie",
        "dfc-b:description": "代发布方展示; 成交后互见名称 · Stands for those who post; names are shown after the deal",
    }


def supplied_product(base: str, listing: Listing) -> JsonLd:
    """What an offer supplies."""
    return _written(
        {
            "@id": _at(base, "supplied_products", listing.id),
            "@type": "dfc-b:SuppliedProduct",
            **_product(base, listing),
            "dfc-b:hasGeographicalOrigin": listing.county and f"{base}/v1/counties/{listing.county}",
            "dfc-b:suppliedBy": _at(base, "enterprises", PLATFORM),
            "dfc-b:referencedBy": _at(base, "catalog_items", listing.id),
            "dj:harvestDate": listing.harvest_date and listing.harvest_date.isoformat(),
        }
    )


def catalog_item(base: str, listing: Listing) -> JsonLd:
    """The entry that lists an offer's product."""
    return {
        "@id": _at(base, "catalog_items", listing.id),
        "@type": "dfc-b:CatalogItem",
        "dfc-b:sku": str(listing.id),
        "dfc-b:stockLimitation": to_number(listing.quantity, QUANTITY_SCALE),
        "dfc-b:references": _at(base, "supplied_products", listing.id),
        "dfc-b:offeredThrough": _at(base, "offers", listing.id),
        "dfc-b:managedBy": _at(base, "enterprises", PLATFORM),
    }


def offer(base: str, listing: Listing) -> JsonLd:
    """On what terms: a price only where it is published."""
    return _written(
        {
            "@id": _at(base, "offers", listing.id),
            "@type": "dfc-b:Offer",
            "dfc-b:offers": _at(base, "catalog_items", listing.id),
            "dfc-b:stockLimitation": to_number(listing.quantity, QUANTITY_SCALE),
            "dfc-b:hasPrice": _price(listing, listing.price),
            "dj:priceBreak": [
                {
                    "dj:fromQuantity": to_number(each.quantity, QUANTITY_SCALE),
                    "dfc-b:hasPrice": _price(listing, each.price),
                }
                for each in listing.price_breaks
            ],
            "dj:minimumLot": to_number(listing.min_lot, QUANTITY_SCALE) or None,
            "dj:packMultiple": to_number(listing.pack_multiple, QUANTITY_SCALE) or None,
            "dj:modified": listing.updated_at.isoformat(),
        }
    )


def request(base: str, listing: Listing) -> JsonLd:
    """What a demand asks for."""
    return _written(
        {
            "@id": _at(base, "requests", listing.id),
            "@type": "dfc-b:FunctionalProduct",
            **_product(base, listing),
            "dfc-b:requestedBy": _at(base, "enterprises", PLATFORM),
            "dfc-b:hasPrice": _price(listing, listing.price),
            "dj:originCounty": list(listing.origin_counties),
            "dj:minimumLot": to_number(listing.min_lot, QUANTITY_SCALE) or None,
            "dj:modified": listing.updated_at.isoformat(),
        }
    )


def document(base: str, resources: list[JsonLd]) -> JsonLd:
    """A list of resources under the pinned context."""
    return {"@context": f"{base}/ns/v1/context.json", "@graph": resources}


def single(base: str, resource: JsonLd) -> JsonLd:
    """One resource under the pinned context."""
    return {"@context": f"{base}/ns/v1/context.json", **resource}


def _product(base: str, listing: Listing) -> JsonLd:
    unit = pricing_unit(listing.product)
    return {
        "dfc-b:name": _name(listing.product),
        "dfc-b:hasType": f"{base}/v1/products/{listing.product}",
        "dfc-b:hasQuantity": _written(
            {
                "@type": "dfc-b:QuantitativeValue",
                "dfc-b:value": to_number(listing.quantity, QUANTITY_SCALE),
                "dfc-b:hasUnit": _UNITS.get(unit),
                "dj:unit": unit,
            }
        ),
        "dj:grade": listing.grade,
        "dj:county": listing.county,
        "dj:designation": list(listing.designations),
        "dj:availableFrom": listing.window_from.isoformat(),
        "dj:availableTo": listing.window_to.isoformat(),
        "dj:temperature": listing.temperature,
        "dj:certificate": list(listing.certificates),
        "dj:evidence": listing.evidence,
    }


def _name(slug: str) -> list[JsonLd]:
    try:
        product = taxonomy().product(slug)
    except KeyError:  # a product of a later release's taxonomy
        return [{"@value": slug}]
    return [
        {"@value": product.name_zh, "@language": "zh"},
        {"@value": product.name_en, "@language": "en"},
    ]


def _price(listing: Listing, price: int | None) -> JsonLd | None:
    if price is None:
        return None
    return {
        "@type": "dfc-b:Price",
        "dfc-b:value": to_number(price, PRICE_SCALE),
        "dfc-b:hasUnit": "dj:CNY",
        "dj:pricePer": pricing_unit(listing.product),
    }


def _written(resource: JsonLd) -> JsonLd:
    # JSON-LD has no nulls: a null value would be dropped on expanding.
    return {name: value for name, value in resource.items() if value not in (None, [])}


def _at(base: str, kind: str, id_: object) -> str:
    return f"{base}/v1/dfc/{kind}/{id_}"
