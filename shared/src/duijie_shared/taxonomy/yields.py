"""What an area may usually bring at most: `yields.csv`, planning values for judging whether a quantity is plausible."""

from __future__ import annotations

from functools import cache

from duijie_shared.taxonomy.book import taxonomy
from duijie_shared.taxonomy.load import rows


@cache
def yields() -> dict[str, int]:
    """What a mu (1/15 ha) gives in one harvest, in kg, good fields included, by the product's slug.

    Raises
    ------
    ValueError
        When the file names a product twice, one that there is not or that is not sold by mass, or no positive yield.
    """
    found: dict[str, int] = {}
    for row in rows("yields.csv"):
        slug, most = row["slug"], int(row["max_kg_per_mu"])
        known = taxonomy().find(slug)
        if known is None or known.slug != slug or known.dimension != "mass" or slug in found or most <= 0:
            raise ValueError(f"yields.csv: {slug} {most}")
        found[slug] = most
    return found


def highest_yield(slug: str) -> int | None:
    """That of the product or of the nearest of its ancestors that has one; None where none is known."""
    return next((yields()[each] for each in taxonomy().lineage(slug) if each in yields()), None)
