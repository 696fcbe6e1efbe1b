"""Files of offers as an operator would have them: a thousand cooperatives, forty products, every county of a province."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Iterator

from duijie_shared.geography import counties
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.units import milli_per_unit, unit

SEED = 520
PARTIES = 1_000
HEADER = (
    "row_key", "party", "product", "grade", "quantity", "unit", "min_lot", "ask_price", "county", "available_from",
    "available_to", "temperature", "certificates", "note",
)  # fmt: skip


def parties_csv() -> bytes:
    """The cooperatives."""
    rows = (f"coop-{n:04},合作社 {n},producer\n" for n in range(PARTIES))
    return ("row_key,name,kind\n" + "".join(rows)).encode()


def offers_csv(count: int) -> bytes:
    """`count` offers of tonnes or 斤 with prices, packs of words and dates; the same every time."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(_rows(count))
    return text.getvalue().encode()


def _rows(count: int) -> Iterator[list[object]]:
    draw = random.Random(SEED)
    tonne, jin = unit("t"), unit("斤")
    assert tonne is not None
    assert jin is not None
    goods = [p for p in taxonomy().products if milli_per_unit(tonne, p) and p.temperature][:40]
    places = [county.code for county in counties() if county.latitude_e7 is not None][:400]
    today = dt.date.today()  # noqa: DTZ011 - windows that lie ahead, wherever it runs
    for number in range(count):
        product, heavy = draw.choice(goods), draw.random() < 0.7
        first = today + dt.timedelta(days=draw.randrange(1, 60))
        yield [
            f"offer-{number:06}", f"coop-{draw.randrange(PARTIES):04}", product.name_zh, draw.randrange(1, 6),
            draw.randrange(1, 200) if heavy else draw.randrange(2_000, 90_000), "吨" if heavy else "斤",
            "" if draw.random() < 0.5 else 1, draw.randrange(800, 9_000) if heavy else f"{draw.uniform(0.5, 4):.2f}",
            draw.choice(places), first, first + dt.timedelta(days=draw.randrange(20, 120)), "",
            draw.choice(("", "绿色", "有机;绿色")), "" if draw.random() < 0.7 else f"第 {number} 批, 自提",
        ]  # fmt: skip
