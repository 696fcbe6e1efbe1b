"""What is wrong with a posting, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One refused field with its reason in both languages; `code` is stable, the sentences are not."""

    field: str
    code: str
    zh: str
    en: str


class PostingError(Exception):
    """A posting that cannot be accepted, with every field that is to blame."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.en}" for error in errors))
        self.errors = tuple(errors)
