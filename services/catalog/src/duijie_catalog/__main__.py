"""`python -m duijie_catalog migrate|api|relay|worker`."""

from __future__ import annotations

import argparse

from duijie_shared.service.logs import configure_logging

from duijie_catalog import bootstrap
from duijie_catalog.settings import ApiSettings, CatalogSettings

PROCESSES = ("migrate", "api", "relay", "worker")


def main() -> None:
    """Run one process with the settings of the environment."""
    parser = argparse.ArgumentParser(prog="duijie_catalog", description=__doc__)
    parser.add_argument("process", choices=PROCESSES)
    process = parser.parse_args().process
    settings = ApiSettings() if process == "api" else CatalogSettings()
    configure_logging(f"catalog-{process}", settings.log_level)
    match settings, process:
        case ApiSettings(), _:
            bootstrap.run_api(settings)
        case _, "migrate":
            bootstrap.migrate(settings)
        case _, "relay":
            bootstrap.run_relay(settings)
        case _:
            bootstrap.run_worker(settings)


if __name__ == "__main__":
    main()
