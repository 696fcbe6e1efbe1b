"""`duijie topics`: the registry of topics, the map of the system."""

from typing import Any

from duijie_shared.events.topics import TOPICS, Topic
from rich.console import Console
from rich.table import Table

from duijie_local.commands.common import DEFAULT_DATA_DIR, DataDirOption, JsonOption, print_json


def topics_command(
    *,
    data_dir: DataDirOption = DEFAULT_DATA_DIR,  # noqa: ARG001  (every command takes it)
    as_json: JsonOption = False,
) -> None:
    """主题登记表 · the registry of topics."""
    rows = [_row(topic) for topic in TOPICS.values()]
    if as_json:
        print_json(rows)
        return
    table = Table(show_lines=True)
    for heading in ("主题 topic", "键 key", "分区", "保留", "生产者 → 消费者", "说明 what"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            row["name"],
            row["key"],
            str(row["partitions"]),
            row["cleanup"],
            f"{row['producer']} → {', '.join(row['consumers'])}",
            f"{row['zh']}\n{row['en']}",
        )
    Console().print(table)


def _row(topic: Topic) -> dict[str, Any]:
    return {
        "name": topic.name,
        "key": topic.key,
        "partitions": topic.partitions,
        "cleanup": topic.cleanup,
        "retention_ms": topic.retention_ms,
        "producer": topic.producer,
        "consumers": list(topic.consumers),
        "events": list(topic.events),
        "zh": topic.zh,
        "en": topic.en,
    }
