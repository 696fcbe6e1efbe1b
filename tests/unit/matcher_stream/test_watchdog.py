"""When a worker gives itself up, and when it must not."""

from __future__ import annotations

from duijie_matcher.stream.watchdog import Watch


def watch() -> Watch:
    """Started at 0: a stall is 60 s, a pause 6 s."""
    return Watch.starting(0.0, stall=60.0, pause=6.0)


def looks(watch: Watch, until: float) -> str | None:
    """Look every second until then; the first verdict."""
    now = watch.looked
    while now < until:
        now += 1.0
        if (verdict := watch.verdict(now)) is not None:
            return verdict
    return None


def test_a_blocked_event_loop_is_found() -> None:
    """Up to a minute of silence may pass, not more."""
    seen = watch()
    assert looks(seen, 60.0) is None
    assert "blocked" in (looks(seen, 61.0) or "")


def test_lag_that_stands_still_is_found() -> None:
    """The loop runs, the lag does not shrink, nothing is published."""
    seen = watch()
    for second in range(1, 61):
        seen.heard(float(second), progress=0, lag=3)
        assert seen.verdict(float(second)) is None
    seen.heard(61.0, progress=0, lag=3)
    assert "no progress" in (seen.verdict(61.0) or "")


def test_progress_rest_and_ignorance_are_no_stall() -> None:
    """Any progress counts, no lag needs none, and an unknown lag proves nothing."""
    seen = watch()
    for second in range(1, 300):
        seen.heard(float(second), progress=second // 50, lag=3)
        assert seen.verdict(float(second)) is None
    for lag in (0, None):
        for second in range(int(seen.looked) + 1, int(seen.looked) + 200):
            seen.heard(float(second), progress=9, lag=lag)
            assert seen.verdict(float(second)) is None


def test_lag_after_a_long_rest_has_its_own_minute() -> None:
    """What counts is how long there has been lag, not how long there was nothing to do."""
    seen = watch()
    for second in range(1, 1000):
        seen.heard(float(second), progress=0, lag=0)
        assert seen.verdict(float(second)) is None
    for second in range(1000, 1059):
        seen.heard(float(second), progress=0, lag=1)
        assert seen.verdict(float(second)) is None


def test_a_stopped_process_gives_up_when_it_wakes() -> None:
    """Longer than a session and the partitions may be another's; up to it they are not."""
    assert watch().verdict(6.0) is None
    assert "another owner" in (watch().verdict(6.5) or "")
