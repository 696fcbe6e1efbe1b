"""Where else a party's data stand in catalog's tables, and what an erasure makes of each place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    import datetime as dt

    from duijie_catalog.domain.party import Party
    from duijie_catalog.unit_of_work import UnitOfWork

SHORTEST = 2
"""Characters of a value that is looked for in other cells; a single one would be found everywhere."""

_STATEMENTS = (
    # Answers that were kept for a repeated request.
    "DELETE FROM idempotency WHERE scope = :id OR position(:id in body) > 0",
    # Standing demands open nothing any more; the fields of their instances stay but for what is private.
    "UPDATE standing_demands SET status = 'ended', version = version + 1, updated_at = :now, template = template"
    " - 'note' - 'latitude' - 'longitude' - 'reserve_price' WHERE party_id = :party AND (status <> 'ended' OR"
    " template ?| ARRAY['note', 'latitude', 'longitude', 'reserve_price'])",
    # What staff wrote about the party and its orders, and names on keys of the party's own people.
    "UPDATE party_steps SET note = NULL WHERE party_id = :party AND note IS NOT NULL",
    "UPDATE party_steps SET actor = actor || '{\"label\": \"\"}' WHERE actor->>'party_id' = :id"
    " AND actor->>'label' <> ''",
    "DELETE FROM flags WHERE party_id = :party",
    "UPDATE trade_constraints SET note = NULL WHERE note IS NOT NULL AND (party_id = :party"
    " OR offer_id IN (SELECT id FROM orders WHERE party_id = :party)"
    " OR demand_id IN (SELECT id FROM orders WHERE party_id = :party))",
    *(
        f'UPDATE trade_constraints SET {actor} = {actor} || \'{{"label": ""}}\''  # noqa: S608 - our own columns
        f" WHERE {actor}->>'party_id' = :id AND {actor}->>'label' <> ''"
        for actor in ("set_by_actor", "ended_by")
    ),
    # Records about the party: what attests nothing any more needs neither number nor document.
    "UPDATE attestations SET number = NULL, document_sha256 = NULL, revoked_at = coalesce(revoked_at, :now)"
    " WHERE party_id = :party AND (number IS NOT NULL OR document_sha256 IS NOT NULL OR revoked_at IS NULL)",
    'UPDATE attestations SET created_by = created_by || \'{"label": ""}\''
    " WHERE created_by->>'party_id' = :id AND created_by->>'label' <> ''",
    "UPDATE consents SET document_sha256 = '', revoked_at = coalesce(revoked_at, :now)"
    " WHERE (party_id = :party OR site_id = :party) AND (document_sha256 <> '' OR revoked_at IS NULL)",
    'UPDATE consents SET created_by = created_by || \'{"label": ""}\''
    " WHERE created_by->>'party_id' = :id AND created_by->>'label' <> ''",
    # A buyer's own grade schemes carry its name.
    "DELETE FROM grade_schemes WHERE party_id = :party",
)

_CELLS = """
UPDATE import_errors SET value = '', zh = '已删除', en = 'erased'
WHERE EXISTS (SELECT FROM unnest(CAST(:words AS text[])) word WHERE position(lower(word) in lower(value || zh || en)) > 0)
"""
_FILENAMES = """
UPDATE imports SET filename = NULL
WHERE EXISTS (SELECT FROM unnest(CAST(:words AS text[])) word WHERE position(lower(word) in lower(filename)) > 0)
"""


def forget_traces(uow: UnitOfWork, party: Party, now: dt.datetime) -> int:
    """Redact or drop all that repeats the party's data beside its own row and its postings; how many rows.

    Files of imports are kept for a week for their error sheets. They may be packed and cannot be redacted, so all
    of them go: whoever needs the sheet uploads the file again.
    """
    execute = uow.session.connection().execute
    found = 0
    for statement in _STATEMENTS:
        values = {"party": party.id, "id": str(party.id), "now": now}
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        found += execute(text(statement), used).rowcount
    if party.status == "erased":
        return found
    secrets = (party.terms.name, party.terms.contact, party.terms.uscc, party.row_key)
    words = [word for word in secrets if word is not None and len(word) >= SHORTEST]
    for statement in (_CELLS, _FILENAMES):
        found += execute(text(statement), {"words": words}).rowcount
    found += execute(text("DELETE FROM import_files")).rowcount
    execute(text("UPDATE imports SET file_until = NULL WHERE file_until IS NOT NULL"))
    return found
