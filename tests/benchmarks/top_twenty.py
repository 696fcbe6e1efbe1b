"""One new demand gated, scored and ranked to its top 20 against 5,000 offers, beside the same as SQL in PostgreSQL.

    python tests/benchmarks/top_twenty.py --offers 5000 --demands 40

The database is the embedded one, over its socket, with a prepared statement, fresh statistics and an index; unit vectors,
classes and the scorecard's tables are laid out for it as they are for the matcher. Both answers are asserted to be the
same, offer by offer and point by point. Medians over the demands, in turns.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pair_scoring
import psycopg
from catalog_stack import run_program
from duijie_local.embedded.postgres import (
    postgres_program,
    remove_socket_folder,
    server_url,
    socket_folder,
)
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.ranking import Shelf
from duijie_matcher.matching.scorecard import POINT_SCALE, RULES_1, tables, tilt_hundredths
from duijie_matcher.matching.terms import TEMPERATURES
from duijie_shared.events.policy import Policy
from duijie_shared.taxonomy import taxonomy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.columns import DemandColumns
    from duijie_shared.events.base import EvidenceLevel

COUNT = 20
COLUMNS = (
    "place int, x float8, y float8, z float8, grade int, class int, opens float8, closes float8, ask float8, "
    "remaining float8, min_lot float8, pack bigint, county text, certificates text[], party uuid, evidence int, "
    "designated bool"
)
QUERY = """
with apart as (
    select *, round(12742017.6 * asin(least(1, 0.5 * sqrt(
        (x - %(x)s) ^ 2 + (y - %(y)s) ^ 2 + (z - %(z)s) ^ 2)))) as metres
    from offers
    where grade >= %(grade)s and evidence >= %(evidence)s and ask <= %(bid)s and party <> %(party)s
      and certificates @> %(certificates)s and (%(origins)s::text[] = '{}' or county = any(%(origins)s))
      and least(remaining, %(remaining)s) >= greatest(min_lot, %(min_lot)s)
      and floor(least(remaining, %(remaining)s)::bigint / lcm(pack, %(pack)s)) * lcm(pack, %(pack)s)
          >= greatest(min_lot, %(min_lot)s, 1)
), costed as (
    select *, ask + round(metres * (%(rate)s::float8[])[greatest(class, %(class)s) + 1]
                          / (%(rate_unit)s::float8[])[greatest(class, %(class)s) + 1]) as landed,
        round(metres * %(travel)s / %(travel_unit)s) + %(handling)s as under_way
    from apart
), passed as (
    select *, least(remaining, %(remaining)s) / greatest(remaining, %(remaining)s) as share
    from costed
    where landed <= %(bid)s and opens + under_way <= %(closes)s and closes + under_way >= %(opens)s
)
select place, metres,
       g.points + q.points + p.points + d.points + case when designated then %(tilt)s else 0 end as score
from passed
join curves g on g.feature = 'grade' and g.cell = passed.grade - %(grade)s
join curves q on q.feature = 'quantity' and q.cell = round((share + 1) * 50)::int
join curves p on p.feature = 'price'
     and p.cell = round(greatest((%(bid)s - round(landed / 10000) * 10000) * 1000 / %(bid)s, 0))::int
join curves d on d.feature = 'distance' and d.cell = round(metres / 5000)::int
order by score desc, place limit 20
"""


def run(offers: int = 5_000, demands: int = 40) -> dict[str, float]:
    """Microseconds of both and their ratio."""
    sellers, buyers = _orders(offers, demands)
    shelf = Shelf.of(Book.of("potato", sellers, Policy(), None))
    asked = Shelf.of(Book.of("potato", buyers, Policy(), None))
    with _database() as connection:
        _fill(connection, shelf)
        mine: list[float] = []
        theirs: list[float] = []
        found = 0
        for order, terms in zip(asked.book.demands, _parameters(shelf, asked), strict=True):
            for _ in range(3):
                started = time.perf_counter()
                ranked = shelf.ranked(order, COUNT)
                between = time.perf_counter()
                rows = connection.execute(QUERY, terms, prepare=True).fetchall()
                theirs.append(time.perf_counter() - between)
                mine.append(between - started)
            listed = [(each.order, each.distance, round(each.score * POINT_SCALE)) for each in ranked]
            assert listed == [(shelf.book.offers[place], int(apart), score) for place, apart, score in rows]
            found += len(listed)
    matcher, database = statistics.median(mine), statistics.median(theirs)
    return {
        "matcher_us": matcher * 1e6,
        "postgresql_us": database * 1e6,
        "times_faster": database / matcher,
        "listed_per_demand": found / demands,
    }


def _orders(offers: int, demands: int) -> tuple[list[Order], list[Order]]:
    """Potatoes with packs and levels of evidence, too."""
    draw = Random(20)
    made = []
    for order in pair_scoring.orders(offers, demands):
        levels: tuple[EvidenceLevel, EvidenceLevel] = ("self_declared", "inspected")
        evidence = draw.choice(levels)
        made.append(
            replace(
                order,
                evidence=evidence if order.side == "offer" else draw.choice((levels[0], evidence)),
                pack_multiple=draw.choice((0, 0, 25_000)),
            )
        )
    return made[:offers], made[offers:]


@contextmanager
def _database() -> Iterator[psycopg.Connection[Any]]:
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory, ExitStack() as ended:
        sockets = socket_folder(Path(directory) / "run")
        ended.callback(remove_socket_folder, sockets)
        run_program(ended, postgres_program(Path(directory) / "postgres", sockets), Path(directory))
        yield ended.enter_context(psycopg.connect(server_url(sockets), autocommit=True))


def _fill(connection: psycopg.Connection[Any], shelf: Shelf) -> None:
    columns = shelf.offers
    connection.execute(f"create table offers ({COLUMNS})")
    connection.execute(
        "create table curves (feature text, cell int, points int, primary key (feature, cell))"
    )
    with connection.cursor().copy("copy offers from stdin") as copy:
        for place, order in enumerate(shelf.book.offers):
            figures = [float(column[place]) for column in (columns.x, columns.y, columns.z)]
            copy.write_row(
                (
                    place, *figures, order.grade, int(columns.temperature[place]), float(columns.opens[place]),
                    float(columns.closes[place]), order.price, order.remaining, order.min_lot,
                    order.pack_multiple or 1, order.county, list(order.certificates), order.party_id,
                    int(columns.evidence[place]), bool(columns.designated[place]),
                )
            )  # fmt: skip
    with connection.cursor().copy("copy curves from stdin") as copy:
        for feature, points in tables(RULES_1).items():
            for cell, hundredths in enumerate(points.tolist()):
                copy.write_row((feature, cell, hundredths))
    connection.execute("create index on offers (grade, ask)")
    connection.execute("vacuum analyze")


def _parameters(shelf: Shelf, asked: Shelf) -> Iterator[dict[str, Any]]:
    terms, product = shelf.book.terms, taxonomy().product("potato")
    rates = [terms.transport(product, each) for each in (product.temperature, *TEMPERATURES)]
    columns: DemandColumns = asked.demands
    for place, order in enumerate(asked.book.demands):
        yield {
            "x": float(columns.x[place]),
            "y": float(columns.y[place]),
            "z": float(columns.z[place]),
            "opens": float(columns.opens[place]),
            "closes": float(columns.closes[place]),
            "class": int(columns.temperature[place]),
            "evidence": int(columns.evidence[place]),
            "grade": order.grade,
            "bid": float(order.price or 0),
            "party": order.party_id,
            "certificates": list(order.certificates),
            "origins": list(order.origin_counties),
            "remaining": float(order.remaining),
            "min_lot": float(order.min_lot),
            "pack": order.pack_multiple or 1,
            "rate": [float(numerator) for numerator, _ in rates],
            "rate_unit": [float(denominator) for _, denominator in rates],
            "travel": float(terms.travel[0]),
            "travel_unit": float(terms.travel[1]),
            "handling": float(terms.handling_ms),
            "tilt": tilt_hundredths(RULES_1, terms.bonus),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--offers", type=int, default=5_000)
    parser.add_argument("--demands", type=int, default=40)
    for name, value in run(**vars(parser.parse_args())).items():
        print(f"{name}: {value:.3f}")
