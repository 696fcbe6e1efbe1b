"""Every metric of catalog, with its kind and meaning."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUEST_SECONDS = Histogram(
    "duijie_catalog_request_seconds", "Time to answer a request", ["method", "route", "status"]
)
RELAYED = Counter("duijie_catalog_relayed_total", "Records acknowledged by the broker", ["topic"])
RELAY_FAILURES = Counter("duijie_catalog_relay_failures_total", "Batches that the broker did not take")
OUTBOX_PENDING = Gauge("duijie_catalog_outbox_pending", "Records not yet acknowledged, at the last look")
IMPORTED = Counter("duijie_catalog_imported_rows_total", "Rows of imports", ["outcome"])
EXPIRED = Counter("duijie_catalog_expired_total", "Postings expired by a tick")
TOMBSTONED = Counter("duijie_catalog_tombstoned_total", "Closed postings taken off their topic")
FLAGGED = Counter("duijie_catalog_flagged_total", "Flags raised on orders", ["code"])
