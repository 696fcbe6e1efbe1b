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


@dataclass(frozen=True, slots=True)
class UnknownGrade:
    """A class or measurements (`code=value`, sorted) of a scheme whose place on the common scale nobody has said.

    `scheme` is a code, a reference to a buyer's own scheme, or the text of an unknown one; empty for the common
    scale. `product` is a slug.
    """

    scheme: str
    grade: str
    measurements: tuple[str, ...]
    product: str


class PostingError(Exception):
    """A posting that cannot be accepted, with every field that is to blame.

    `unknown_grade` is there where staff could place what the poster named, and the same posting would then do.
    """

    def __init__(self, errors: Sequence[FieldError], unknown_grade: UnknownGrade | None = None) -> None:
        super().__init__("; ".join(f"{error.field}: {error.en}" for error in errors))
        self.errors = tuple(errors)
        self.unknown_grade = unknown_grade
