"""Digests that are due: read from the log, to be sent by whoever sends.

The sender asks `FeedStore.due_digests`, makes each here, sends it, and notes it with `FeedStore.digested`. One that
dies in between makes the same digest again, under the same id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_gateway.domain.digests import Digest, digest

if TYPE_CHECKING:
    from duijie_gateway.domain.changes import Change, Verdict
    from duijie_gateway.domain.feeds import Feed
    from duijie_gateway.repository.changes import ChangeReader

PAGE = 1_000


async def make_digest(changes: ChangeReader, feed: Feed) -> Digest:
    """What changed of a feed since its last digest. A place that is no longer kept begins with all that stands."""
    oldest, head = await changes.bounds()
    after = feed.digested if feed.digested >= oldest - 1 else 0
    told: list[tuple[Change, Verdict]] = []
    place = after
    while place < head:
        stretch = await changes.read(feed.scope, feed.wanted, after=place, upto=head, limit=PAGE)
        told += stretch.told
        place = stretch.reached
    return digest(feed, told, after=after, upto=head)


def is_sent(feed: Feed, made: Digest) -> bool:
    """Whether a digest goes out: one that is empty only where its owner asked for that."""
    return feed.report_if_empty or not made.empty
