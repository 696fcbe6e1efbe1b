"""Offers do not say how well they are attested: records do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.posting import FieldError, OrderTerms, PostingError

if TYPE_CHECKING:
    from collections.abc import Callable

BY_RECORD = FieldError(
    "evidence",
    "by-record",
    "证明等级由登记的证明材料决定, 供应不能自行填写",
    "is what the party's records attest; an offer cannot say it of itself",
)


def without_claim(parse: Callable[[], OrderTerms], claimed: object) -> OrderTerms:
    """The terms of an offer, unless it claims more than its poster's word.

    Raises
    ------
    PostingError
        Naming the claim together with every other field that cannot be accepted.
    """
    try:
        terms = parse()
    except PostingError as error:
        known = any(each.field == "evidence" for each in error.errors)
        errors = [*error.errors, *(() if known or _is_word(claimed) else (BY_RECORD,))]
        raise PostingError(errors, error.unknown_grade) from None
    if terms.evidence != "self_declared":
        raise PostingError([BY_RECORD])
    return terms


def _is_word(claimed: object) -> bool:
    return claimed is None or str(claimed).strip().lower() in {"", "self_declared", "自报"}
