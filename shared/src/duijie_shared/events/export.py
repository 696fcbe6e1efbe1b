"""`python -m duijie_shared.events.export` writes the JSON Schemas of all event types beside the models, and AsyncAPI.

They are checked in, so that a change of a contract is seen in review; a test fails when they and the
models differ.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

from duijie_shared.events.asyncapi import asyncapi_text
from duijie_shared.events.topics import TOPICS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """File name -> text of the schema, for every event type of the registry."""
    return {
        f"{type_}.schema.json": _text({"$schema": DIALECT, "$id": f"urn:{type_}", **body.model_json_schema()})
        for topic in TOPICS.values()
        for type_, body in topic.events.items()
    }


def main(folder: Path) -> None:
    """Write all schemas to `folder` and remove those of event types that are gone; AsyncAPI beside the folder."""
    wanted = schemas()
    for stale in folder.glob("*.schema.json"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder.parent / "asyncapi.json").write_text(asyncapi_text(), encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} schemas in {folder}\n")


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main(Path(str(files("duijie_shared.events").joinpath("schemas"))))
