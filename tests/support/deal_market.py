"""Orders that fit each other, capacities between them, and accepts by either side, at catalog's internal door."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    import httpx

TONNE = 1_000_000
"""Contract units of quantity in a tonne."""
CNY = 1_000_000
"""Contract units of price in one CNY per kg."""

OFFER: dict[str, object] = {
    "product": "土豆", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1600, "county": "520526",
    "latitude": 26.87, "longitude": 104.25, "available_from": "2026-11-25", "available_to": "2027-01-20",
}  # fmt: skip
DEMAND: dict[str, object] = {
    "product": "土豆", "min_grade": 3, "quantity": 30, "unit": "t", "bid_price": 2900, "county": "310115",
    "latitude": 31.2, "longitude": 121.5, "needed_from": "2026-11-25", "needed_to": "2027-01-20",
}  # fmt: skip
STORE: dict[str, object] = {
    "activity": "cold_storage", "throughput_per_day": 20, "unit": "t", "fee": 80, "county": "520526",
    "available_from": "2026-11-25", "available_to": "2027-03-31",
}  # fmt: skip


@dataclass
class DealMarket:
    """A catalog fixture seen as a market: one seller, one buyer, one storage operator, more by name."""

    catalog: Any
    matches: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def offer(self, party: str = "seller", **changes: object) -> dict[str, Any]:
        """A posted offer."""
        return self._post("/orders/offers", party, OFFER | changes)

    def demand(self, party: str = "buyer", **changes: object) -> dict[str, Any]:
        """A posted demand."""
        return self._post("/orders/demands", party, DEMAND | changes)

    def capacity(self, party: str = "store", **changes: object) -> dict[str, Any]:
        """A posted capacity."""
        return self._post("/capacities", party, STORE | changes)

    def proposal(self, offer: dict[str, Any], demand: dict[str, Any], **changes: object) -> dict[str, Any]:
        """The body of a hold: 5 t at 2.5 CNY/kg at the door, 1.7 of it at the farm gate, accepted by the buyer."""
        match = self.matches.setdefault((offer["id"], demand["id"]), uuid4())
        body: dict[str, Any] = {
            "match_id": str(match),
            "offer_id": offer["id"],
            "demand_id": demand["id"],
            "offer_version": offer["version"],
            "demand_version": demand["version"],
            "quantity": 5 * TONNE,
            "price": 2_500_000,
            "farm_gate_price": 1_700_000,
            "side": "demand",
            "deadline": (self.catalog.now + dt.timedelta(days=2)).isoformat(),
        }
        return body | changes

    def hold(self, party: str, body: dict[str, Any]) -> httpx.Response:
        """The first accept."""
        return self._ask("POST", "/holds", party, body)

    def held(self, offer: dict[str, Any], demand: dict[str, Any], **changes: object) -> dict[str, Any]:
        """A hold by the buyer that succeeds."""
        answer = self.hold("buyer", self.proposal(offer, demand, **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def accept(self, party: str, deal_id: str) -> httpx.Response:
        """The second accept."""
        return self._ask("POST", f"/holds/{deal_id}/accept", party)

    def release(self, party: str, deal_id: str, reason: str = "price") -> httpx.Response:
        """A decline."""
        return self._ask("POST", f"/holds/{deal_id}/release", party, {"reason": reason})

    def shown(self, offer: dict[str, Any], demand: dict[str, Any], **changes: object) -> dict[str, Any]:
        """The match of two orders as a read model shows it: 5 t at 2.5 CNY/kg at the door, 0.8 of it transport."""
        return {
            "offer_id": offer["id"],
            "demand_id": demand["id"],
            "offer_version": offer["version"],
            "demand_version": demand["version"],
            "quantity": 5 * TONNE,
            "price": 2_500_000,
            "transport": 800_000,
            "legs": [],
            "proposed": True,
        } | changes

    def decide(
        self,
        party: str,
        offer: dict[str, Any],
        demand: dict[str, Any],
        decision: dict[str, Any],
        **shown: object,
    ) -> httpx.Response:
        """A decision of a party on the match of two orders, shown as they were posted."""
        match = self.matches.setdefault((offer["id"], demand["id"]), uuid4())
        body = {"decision": decision, "match": self.shown(offer, demand, **shown)}
        return self._ask("POST", f"/matches/{match}/decisions", party, body)

    def get(self, party: str, path: str, **params: str) -> httpx.Response:
        """A read by a party."""
        return self.catalog.client.get(path, params=params, headers=self.catalog.as_party(party))  # type: ignore[no-any-return]

    def now_of(self, kind: str, party: str, posted: dict[str, Any]) -> dict[str, Any]:
        """A posting as it stands."""
        return dict(self.get(party, f"/{kind}/{posted['id']}").json())

    def amend(self, kind: str, party: str, posted: dict[str, Any], **changes: object) -> httpx.Response:
        """An amendment of the newest version."""
        version = self.now_of(kind, party, posted)["version"]
        headers = self.catalog.as_party(party, **{"If-Match": f'"{version}"'})
        return self.catalog.client.patch(f"/{kind}/{posted['id']}", json=changes, headers=headers)  # type: ignore[no-any-return]

    def withdraw(self, kind: str, party: str, posted: dict[str, Any]) -> httpx.Response:
        """A withdrawal of the newest version."""
        version = self.now_of(kind, party, posted)["version"]
        headers = self.catalog.as_party(party, **{"If-Match": f'"{version}"'})
        return self.catalog.client.delete(f"/{kind}/{posted['id']}", headers=headers)  # type: ignore[no-any-return]

    def quantities(self) -> list[tuple[int, int, int]]:
        """(remaining, held, quantity) of every order, in posting order, in contract units."""
        found = self.catalog.rows("SELECT remaining, held, quantity FROM orders ORDER BY sequence")
        return [tuple(row) for row in found]

    def days(self) -> list[tuple[str, int, int]]:
        """(day, booked, remaining) of every booked day."""
        found = self.catalog.rows(
            "SELECT day, booked, remaining FROM capacity_days ORDER BY capacity_id, day"
        )
        return [(day.isoformat(), booked, remaining) for day, booked, remaining in found]

    def _post(self, path: str, party: str, body: dict[str, object]) -> dict[str, Any]:
        answer = self._ask("POST", path, party, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def _ask(self, method: str, path: str, party: str, body: object = None) -> httpx.Response:
        headers = self.catalog.as_party(party)
        return self.catalog.client.request(method, path, json={} if body is None else body, headers=headers)  # type: ignore[no-any-return]
