"""`python -m duijie_gateway.export` writes the API's description beside the code.

It is checked in, so that a change of the API is seen in review; a test fails when it and the code differ.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from duijie_gateway.app import create_app

if TYPE_CHECKING:
    from duijie_gateway.api.deps import Services

DOCUMENT = Path(str(files("duijie_gateway").joinpath("openapi.json")))


def openapi_text() -> str:
    """The description as it is kept. No service is asked for it, so none is given."""
    app = create_app(cast("Services", None), on_hub_failure=lambda: None)
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the file."""
    DOCUMENT.write_text(openapi_text(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")


if __name__ == "__main__":
    main()
