"""Which databases a stack uses, on the embedded server or on one that runs elsewhere."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from duijie_local.embedded.postgres import ensure_database, server_url

EMBEDDED = {"duijie_catalog": "catalog", "duijie_gateway": "gateway"}


class DatabaseUrlError(Exception):
    """`--database-url` is no URL of a PostgreSQL database."""


def embedded_databases(sockets: Path) -> dict[str, str]:
    """Create the embedded server's databases where missing; SQLAlchemy URL by service's module."""
    for name in EMBEDDED.values():
        ensure_database(server_url(sockets), name)
    return {module: _for_sqlalchemy(server_url(sockets, name)) for module, name in EMBEDDED.items()}


def external_databases(url: str) -> dict[str, str]:
    """Create `<name>_catalog` and `<name>_gateway` beside the database `<name>` that `url` names, where missing.

    The database itself is only connected to; its role needs CREATEDB unless both exist already.

    Raises:
        DatabaseUrlError: no such URL.
    """
    try:
        given = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError(_refusal()) from error
    if not given.drivername.startswith("postgres") or not given.database:
        raise DatabaseUrlError(_refusal())
    server = given.set(drivername="postgresql").render_as_string(hide_password=False)
    found = {}
    for module, suffix in EMBEDDED.items():
        name = f"{given.database}_{suffix}"
        ensure_database(server, name)
        named = given.set(drivername="postgresql", database=name)
        found[module] = _for_sqlalchemy(named.render_as_string(hide_password=False))
    return found


def _for_sqlalchemy(url: str) -> str:
    address, separator, query = url.partition("?")
    # SQLAlchemy writes a space in the query as "+", which libpq, given the same URL, takes for a plus.
    return address.replace("postgresql", "postgresql+psycopg", 1) + separator + query.replace("+", "%20")


def _refusal() -> str:
    return (
        "--database-url 应形如 postgresql://用户:密码@主机:5432/数据库 · "
        "--database-url must look like postgresql://user:password@host:5432/database"
    )
