"""The databases of a stack can be reached by every client, whatever the data folder is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from duijie_local.stack.databases import DatabaseUrlError, embedded_databases, external_databases
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.database


def name_by_both_clients(url: str) -> set[str]:
    """The database's name as SQLAlchemy reaches it, and as psycopg does without the driver's name."""
    engine = create_engine(url)
    with engine.connect() as connection:
        by_sqlalchemy = str(connection.execute(text("SELECT current_database()")).scalar_one())
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", "", 1)) as direct:
        row = direct.execute("SELECT current_database()").fetchone()
    assert row is not None
    return {by_sqlalchemy, row[0]}


def test_a_socket_folder_with_spaces_and_other_letters(postgres_server: str, tmp_path: Path) -> None:
    """Both clients find the socket through a folder whose name must be escaped."""
    link = tmp_path / "a + b 数"
    link.symlink_to(str(make_url(postgres_server).query["host"]))
    databases = embedded_databases(link)
    assert databases.keys() == {"duijie_catalog", "duijie_gateway"}
    assert name_by_both_clients(databases["duijie_catalog"]) == {"catalog"}
    assert name_by_both_clients(databases["duijie_gateway"]) == {"gateway"}


def test_databases_of_a_server_that_runs_elsewhere(embedded_postgres: str) -> None:
    """Two databases are made beside the one named, and found again the second time."""
    url = embedded_postgres.replace("+psycopg", "")
    first = external_databases(url)
    assert external_databases(embedded_postgres) == first
    name = make_url(url).database
    assert name_by_both_clients(first["duijie_catalog"]) == {f"{name}_catalog"}
    assert name_by_both_clients(first["duijie_gateway"]) == {f"{name}_gateway"}


@pytest.mark.parametrize("url", ["mysql://u@h/d", "postgresql://u@h", "nonsense", ""])
def test_what_is_no_postgresql_database_is_refused(url: str) -> None:
    """The refusal shows what a URL looks like, in both languages."""
    with pytest.raises(DatabaseUrlError, match="postgresql://user:password@host"):
        external_databases(url)
