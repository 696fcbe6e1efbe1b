"""Parties, orders, capacities, policies, the clock, the outbox, answers, imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)

# Told at the commit of the statement's transaction; the listener only hears that there is work.
NOTIFY = """
CREATE FUNCTION notify_of_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_NAME, '');
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE posting_sequence AS bigint")
    _parties()
    _orders()
    _capacities()
    op.create_table(
        "policies",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", "clock_one_row"),
    )
    _outbox()
    _idempotency()
    _imports()
    op.execute(NOTIFY)
    for table in ("outbox", "imports"):
        op.execute(
            f"CREATE TRIGGER {table}_notify AFTER INSERT ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION notify_of_work()"
        )


def _aggregate() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
    ]


def _posting() -> list[sa.Column]:
    return [
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("row_key", sa.Text),
        sa.Column("closed_at", INSTANT),
        sa.Column("tombstoned_at", INSTANT),
        sa.Column("county", sa.Text),
        sa.Column("latitude_e7", sa.Integer, nullable=False),
        sa.Column("longitude_e7", sa.Integer, nullable=False),
        sa.Column("temperature", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("unit", sa.Text, nullable=False),
    ]


def _life(table: str, last_day: str) -> None:
    op.create_index(f"{table}_open", table, [last_day], postgresql_where=sa.text("status = 'open'"))
    op.create_index(
        f"{table}_closed",
        table,
        ["closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL AND tombstoned_at IS NULL"),
    )


def _parties() -> None:
    op.create_table(
        "parties",
        *_aggregate(),
        sa.Column("row_key", sa.Text, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("uscc", sa.Text),
        sa.Column("county", sa.Text),
        sa.Column("latitude_e7", sa.Integer),
        sa.Column("longitude_e7", sa.Integer),
        sa.Column("contact", sa.Text),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        *_aggregate(),
        *_posting(),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("remaining", sa.BigInteger, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("grade", sa.SmallInteger, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("min_lot", sa.BigInteger, nullable=False),
        sa.Column("price", sa.BigInteger),
        sa.Column("window_from", sa.Date, nullable=False),
        sa.Column("window_to", sa.Date, nullable=False),
        sa.Column("harvest_date", sa.Date),
        sa.Column("certificates", ARRAY(sa.Text), nullable=False),
        sa.Column("origin_counties", ARRAY(sa.Text), nullable=False),
        sa.Column("grade_scheme", sa.Text),
        sa.Column("posted_grade", sa.Text),
        sa.Column("posted_quantity", sa.Numeric, nullable=False),
        sa.Column("posted_min_lot", sa.Numeric),
        sa.Column("posted_price", sa.Numeric),
        sa.Column("posted_county", sa.Text),
        sa.CheckConstraint("remaining >= 0 AND remaining <= quantity", "orders_remaining"),
    )
    op.create_index("orders_row_key", "orders", ["party_id", "side", "row_key"], unique=True)
    op.create_index("orders_of_party", "orders", ["side", "party_id", "sequence"])
    op.create_index("orders_of_side", "orders", ["side", "sequence"])
    _life("orders", "window_to")


def _capacities() -> None:
    op.create_table(
        "capacities",
        *_aggregate(),
        *_posting(),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("product_in", sa.Text),
        sa.Column("product_out", sa.Text),
        sa.Column("yield_ppm", sa.Integer),
        sa.Column("loss_ppm", sa.Integer, nullable=False),
        sa.Column("throughput_per_day", sa.BigInteger, nullable=False),
        sa.Column("fee", sa.BigInteger, nullable=False),
        sa.Column("to_county", sa.Text),
        sa.Column("to_latitude_e7", sa.Integer),
        sa.Column("to_longitude_e7", sa.Integer),
        sa.Column("available_from", sa.Date, nullable=False),
        sa.Column("available_to", sa.Date, nullable=False),
        sa.Column("posted_throughput", sa.Numeric, nullable=False),
        sa.Column("posted_fee", sa.Numeric, nullable=False),
    )
    op.create_index("capacities_row_key", "capacities", ["party_id", "row_key"], unique=True)
    op.create_index("capacities_of_party", "capacities", ["party_id", "sequence"])
    _life("capacities", "available_to")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("shard", sa.SmallInteger, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("partition", sa.SmallInteger),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("aggregate_id", sa.Text, nullable=False),
        sa.Column("aggregate_version", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("outbox_shard", "outbox", ["shard", "id"])


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("idempotency_age", "idempotency", ["created_at"])


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("filename", sa.Text),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("atomic", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("rows_total", sa.Integer, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("amended", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
    )
    op.create_index("imports_pending", "imports", ["sequence"], postgresql_where=sa.text("status <> 'done'"))
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("imports.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "import_errors",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
    )
    op.create_index("import_errors_of_import", "import_errors", ["import_id", "id"])
