"""Areas: a province, a prefecture or a county, named by its GB/T 2260 code."""

from __future__ import annotations


def area_prefix(code: str) -> str:
    """The prefix that all codes of an area share: 530000 -> 53, 532500 -> 5325, 532522 -> itself."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def covers(area: str, county: str | None) -> bool:
    """Whether a county lies in an area; a place without a county lies in none."""
    return county is not None and county.startswith(area_prefix(area))
