"""Asking the projector's loop for its lag from the probe's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from duijie_gateway.lag import LagQuestion


def asked(question: LagQuestion) -> tuple[threading.Thread, list[int | None]]:
    """A thread that asks, and what it was told."""
    told: list[int | None] = []
    thread = threading.Thread(target=lambda: told.append(question.ask(10)))
    thread.start()
    return thread, told


def test_the_answer_is_measured_after_the_question(eventually: Callable[..., object]) -> None:
    """A lag that was measured before would not count what came in between."""
    question = LagQuestion()
    thread, told = asked(question)

    def answer() -> bool:
        question.answer(lambda: 3)
        return bool(told)

    eventually(answer)
    thread.join()
    assert told == [3]


def test_nobody_asked_means_nothing_is_measured() -> None:
    """The broker is not asked for its ends ten times a second for nothing."""

    def measure() -> int:
        raise AssertionError("nobody asked")

    LagQuestion().answer(measure)


def test_a_loop_that_does_not_answer_is_not_taken_for_lag_zero() -> None:
    """None says that it is unknown."""
    assert LagQuestion().ask(0.01) is None
