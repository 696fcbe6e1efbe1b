"""Parties: applications, history, agents, evidence, certificates; what each order's record last said of these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)

# Whose note or name it was may have to be forgotten on request; what was decided, and when, may not.
REFUSE = """
CREATE FUNCTION refuse_step_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of party_steps are only ever added';
END $$
"""


def upgrade() -> None:
    op.create_index("parties_by_status", "parties", ["status", "sequence"])
    _steps()
    _consents()
    _attestations()
    op.create_table(
        "facts_day",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.CheckConstraint("id = 1", "facts_day_one_row"),
    )
    op.add_column("orders", sa.Column("posted_by", sa.Uuid, sa.ForeignKey("parties.id")))
    op.create_index(
        "orders_posted_by", "orders", ["posted_by"], postgresql_where=sa.text("posted_by IS NOT NULL")
    )
    # Empty for orders that were there before: the next turn of the clock tells what it is.
    op.add_column("orders", sa.Column("facts", JSONB, nullable=False, server_default="{}"))


def _steps() -> None:
    op.create_table(
        "party_steps",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("party_version", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", JSONB, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("from_status", sa.Text),
        sa.Column("to_status", sa.Text, nullable=False),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_index("party_steps_of_party", "party_steps", ["party_id", "id"])
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER party_steps_only_added BEFORE DELETE OR TRUNCATE OR UPDATE OF "
        "id, party_id, party_version, at, action, from_status, to_status, reasons ON party_steps "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_step_change()"
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("site_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("scope", ARRAY(sa.Text), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        *_trail(),
        sa.CheckConstraint("valid_from <= valid_to", "consents_days"),
    )
    op.create_index("consents_of_party", "consents", ["party_id"])
    op.create_index("consents_of_site", "consents", ["site_id", "party_id"])


def _attestations() -> None:
    op.create_table(
        "attestations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("product", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        *_trail(),
        sa.CheckConstraint("issued_on <= expires_on", "attestations_days"),
    )
    op.create_index("attestations_of_party", "attestations", ["party_id"])


def _trail() -> list[sa.Column]:
    return [
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", JSONB, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", JSONB),
    ]
