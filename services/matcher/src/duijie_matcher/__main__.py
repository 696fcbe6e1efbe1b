"""`python -m duijie_matcher run`: one worker of the matcher."""

from __future__ import annotations

import argparse


def main() -> None:
    """Name the process and run it. Child processes import this module too, so it imports nothing by itself."""
    parser = argparse.ArgumentParser(prog="duijie_matcher", description="Duijie matcher / 对接撮合服务")
    processes = parser.add_subparsers(dest="process", required=True)
    processes.add_parser("run", help="match orders until stopped / 持续撮合, 直至停止")
    parser.parse_args()
    _run()


def _run() -> None:
    import asyncio

    import uvloop
    from duijie_shared.service.logs import configure_logging

    from duijie_matcher.bootstrap import run
    from duijie_matcher.settings import MatcherSettings
    from duijie_matcher.stream.log_limit import limit_logs

    settings = MatcherSettings()
    configure_logging("matcher", settings.log_level)
    limit_logs()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings))


if __name__ == "__main__":
    main()
