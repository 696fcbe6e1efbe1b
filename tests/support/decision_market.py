"""A seller, a buyer and their match at the public door: orders at the real catalog, matches in the read model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gateway_records import a_match

if TYPE_CHECKING:
    import httpx
    from gateway_served import Gateway, Key

OFFER = {
    "product": "potato", "grade": 4, "quantity": 5, "unit": "t", "ask_price": 1600, "county": "532523",
    "available_from": "2090-01-10", "available_to": "2090-03-31",
}  # fmt: skip
DEMAND = {
    "product": "potato", "quantity": 5, "unit": "t", "bid_price": 4900, "county": "310115",
    "needed_from": "2090-01-10", "needed_to": "2090-03-31",
}  # fmt: skip


@dataclass
class Market:
    """Parties with orders at the real catalog, and matches of them in the read model."""

    gateway: Gateway
    keys: dict[str, Key]
    parties: dict[str, UUID]
    orders: dict[str, UUID]

    @classmethod
    def of(cls, gateway: Gateway) -> Market:
        """A seller and a buyer of 5 t, a stranger and staff."""
        made = cls(gateway, {}, {}, {})
        made.party("seller", "producer", "offers", OFFER)
        made.party("buyer", "buyer", "demands", DEMAND)
        made.keys |= {"stranger": gateway.key("buyer"), "staff": gateway.key("staff")}
        return made

    def party(self, name: str, role: str, kind: str, body: dict[str, Any]) -> None:
        """A party of that name with one order."""
        entry = {"row_key": name, "name": f"企业 {name}", "kind": role, "contact": f"电话 {name}"}
        with self.gateway.client() as admin:
            self.parties[name] = UUID(admin.post("/v1/parties", json=entry).json()["id"])
        self.keys[name] = self.gateway.key(role, self.parties[name])
        with self.gateway.client(self.keys[name]) as client:
            self.orders[name] = UUID(client.post(f"/v1/{kind}", json=body).json()["id"])

    def match(self, buyer: str = "buyer", **changes: Any) -> UUID:
        """A match of all the seller has with a buyer, as the matcher would publish it."""
        record = a_match(
            buyer,
            offer_id=self.orders["seller"],
            demand_id=self.orders[buyer],
            offer_party=self.parties["seller"],
            demand_party=self.parties[buyer],
            **({"quantity": 5_000_000, "suggested_price": 3_313_096, "farm_gate_price": 1_786_903} | changes),
        )
        self.gateway.project(record)
        return record.match_id

    def decide(
        self, who: str, match: object, decision: str, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """A decision by one of the keys."""
        with self.gateway.client(self.keys[who]) as client:
            return client.post(
                f"/v1/matches/{match}/decisions", json={"decision": decision} | more, headers=headers
            )
