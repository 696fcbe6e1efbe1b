"""A broker that is away fills no disk."""

from __future__ import annotations

import logging

from duijie_matcher.stream.log_limit import LogLimit


def record(name: str, message: str, created: float, *arguments: object) -> logging.LogRecord:
    """A log record of that time."""
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)
    made.created = created
    return made


def test_a_library_says_the_same_once_in_a_period() -> None:
    """Arguments do not make it another message; the period's end lets it through again."""
    limit = LogLimit(10.0)
    assert limit.filter(record("aiokafka", "no node %s", 100.0, 1))
    assert not limit.filter(record("aiokafka", "no node %s", 109.9, 2))
    assert limit.filter(record("aiokafka", "no node %s", 110.0, 1))


def test_other_messages_and_our_own_are_not_held_back() -> None:
    """Each message has its own period, and what is ours always goes out."""
    limit = LogLimit(10.0)
    assert limit.filter(record("aiokafka", "no node", 100.0))
    assert limit.filter(record("aiokafka.consumer", "no node", 100.0))
    assert limit.filter(record("aiokafka", "something else", 100.0))
    assert all(limit.filter(record("duijie_matcher.stream", "failed", 100.0)) for _ in range(2))
