"""Alembic migrations of catalog's database."""
