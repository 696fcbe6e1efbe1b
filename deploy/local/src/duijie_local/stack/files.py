"""Small JSON files, replaced whole and readable by their owner only."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace the file with `content` as JSON, mode 0600; a reader sees the old or the new, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the start
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    Path(name).replace(path)


def read(path: Path) -> dict[str, Any] | None:
    """The file's content, None where there is no such file."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError(f"{path}: not an object")
    return content
