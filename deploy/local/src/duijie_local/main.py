"""The `duijie` command."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

# Command -> module, name in it. A command's libraries are imported only when it is called.
_COMMANDS = {
    "up": ("up", "up_command"),
    "down": ("down", "down_command"),
    "status": ("status", "status_command"),
    "demo": ("demo", "demo_command"),
    "template": ("template", "template_command"),
    "import": ("import_file", "import_command"),
    "export": ("export", "export_command"),
    "keys": ("keys", "keys_app"),
    "users": ("users", "users_app"),
    "policy": ("policy", "policy_app"),
    "match": ("match", "match_command"),
    "simulate": ("simulate", "simulate_command"),
    "topics": ("topics", "topics_command"),
}


class LazyCommands(TyperGroup):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The commands in the order of a first day with them."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import and build one command; None for an unknown one."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"duijie_local.commands.{module}"), name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_command(found)
        else:
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(found)
            group = typer.main.get_command(single)
        group.name = cmd_name
        return group


def build() -> typer.Typer:
    """The command line as a Typer application."""
    app = typer.Typer(
        cls=LazyCommands,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        help="产销对接 · Duijie: offers meet demands.",
    )
    app.callback()(lambda: None)
    return app


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal in the C locale must not make Chinese text fail.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    build()()
