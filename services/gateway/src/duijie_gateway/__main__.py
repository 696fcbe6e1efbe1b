"""`python -m duijie_gateway migrate|api|projector|sender|notifier|rewind`: the processes, set up from `DUIJIE_*`."""

from __future__ import annotations

import sys

from duijie_shared.service.logs import configure_logging

from duijie_gateway import bootstrap
from duijie_gateway.settings import (
    ApiSettings,
    MigrateSettings,
    NotifierSettings,
    ProjectorSettings,
    SenderSettings,
)

USAGE = """usage: python -m duijie_gateway COMMAND

  migrate    bring the database to this release's schema
  api        serve the API, the streams and the pages
  projector  keep the read model up with the topics
  sender     deliver webhooks
  notifier   write to people
  rewind     empty the read model; the next projector rebuilds it, and tells nobody
"""


def main(arguments: list[str]) -> int:
    """Run one process; its exit status."""
    match arguments:
        case ["migrate"]:
            configure_logging("gateway-migrate")
            bootstrap.migrate(MigrateSettings())
        case ["api"]:
            api = ApiSettings()
            configure_logging("gateway-api", api.log_level)
            return bootstrap.run_api(api)
        case ["projector"]:
            projector = ProjectorSettings()
            configure_logging("gateway-projector", projector.log_level)
            bootstrap.run_projector(projector)
        case ["sender"]:
            sender = SenderSettings()
            configure_logging("gateway-sender", sender.log_level)
            bootstrap.run_sender(sender)
        case ["notifier"]:
            notifier = NotifierSettings()
            configure_logging("gateway-notifier", notifier.log_level)
            bootstrap.run_notifier(notifier)
        case ["rewind"]:
            configure_logging("gateway-rewind")
            bootstrap.rewind(ProjectorSettings())
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
