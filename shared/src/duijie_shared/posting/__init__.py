"""The one way in: what people post, by form, file or API, becomes terms or a list of named errors.

Used by catalog (API and import) and by `duijie match`, so that a row means the same everywhere.
"""

from duijie_shared.posting.capacities import CAPACITY_FIELDS, CapacityTerms, parse_capacity
from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.orders import DEMAND_FIELDS, OFFER_FIELDS, OrderTerms, parse_demand, parse_offer
from duijie_shared.posting.parties import PARTY_FIELDS, PartyTerms, parse_party
from duijie_shared.posting.snapshots import capacity_fields, snapshot_fields

__all__ = [
    "CAPACITY_FIELDS",
    "DEMAND_FIELDS",
    "OFFER_FIELDS",
    "PARTY_FIELDS",
    "CapacityTerms",
    "FieldError",
    "OrderTerms",
    "PartyTerms",
    "PostingError",
    "capacity_fields",
    "parse_capacity",
    "parse_demand",
    "parse_offer",
    "parse_party",
    "snapshot_fields",
]
