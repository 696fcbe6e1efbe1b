"""Why a file cannot be read as a table."""

from __future__ import annotations


class TableError(Exception):
    """A file that is no table, or a broken one; `code` is stable, the sentences are not."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en
