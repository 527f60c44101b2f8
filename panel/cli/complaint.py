"""How an error is told: one line that says what and where, one that says what to do next.

On standard error, as text, or as one line of JSON when JSON was asked for. Messages quote names and
keys that strangers chose, so they are made visible first.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from panel.errors import InputError, PanelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

ERROR_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:shippanel:error:1",
    "title": "Error",
    "description": "Why a command did nothing or stopped, on standard error when JSON was asked for.",
    "type": "object",
    "properties": {
        "schema": {"const": "shippanel.error/1"},
        "code": {
            "type": "string",
            "description": "The kind: usage, bad-input, bad-settings, ledger, busy, output, model, error.",
        },
        "message": {"type": "string", "description": "What happened and where."},
        "hint": {"type": "string", "description": "The next step; empty when there is none."},
        "problems": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Every problem of the input, when there are several.",
        },
    },
    "required": ["schema", "code", "message", "hint", "problems"],
    "additionalProperties": False,
}


KEEPS_SECRETS = "shippanel keys set"
"""The command of which nothing is repeated: what it does not know may be a key."""


def complain(error: PanelError, arguments: Sequence[str]) -> int:
    """Tell an error the panel can explain, and return its exit status."""
    problems = error.problems if isinstance(error, InputError) else ()
    _tell(error.code, error.message, error.hint, problems, arguments)
    return error.exit_code


def complain_usage(error: typer.TyperException, arguments: Sequence[str]) -> int:
    """Tell a mistake in the command line, and return its exit status."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "shippanel"
    message = error.format_message().replace(": Value error, ", ": ")
    if command == KEEPS_SECRETS and "extra argument" in message:
        message = "a key is never taken from the command line, where others can read it"
    if message.startswith("Usage:"):
        _write(message)  # the help of a command that was given nothing
    else:
        _tell("usage", message, f"`{command} --help` shows what it takes.", (), arguments)
    return error.exit_code


def asks_json(arguments: Sequence[str]) -> bool:
    """Tell whether the command line, or else the settings, ask for JSON."""
    for place, argument in enumerate(arguments):
        if argument in {"--format", "-f"}:
            return arguments[place + 1 : place + 2] == ["json"]
        if argument.startswith("--format="):
            return argument == "--format=json"
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    try:
        return load_settings().format == "json"
    except PanelError:
        return False


def _tell(code: str, message: str, hint: str, problems: tuple[str, ...], arguments: Sequence[str]) -> None:
    from panel.text import visible  # noqa: PLC0415 - only a failing command needs it

    message, hint = visible(message), visible(hint)
    lines = [visible(problem) for problem in problems]
    if asks_json(arguments):
        content = {
            "schema": "shippanel.error/1",
            "code": code,
            "message": message,
            "hint": hint,
            "problems": lines,
        }
        _write(json.dumps(content))
        return
    _write(f"Error: {message}")
    for line in lines:
        _write(f"  {line}")
    if hint:
        _write(f"Hint:  {hint}")


def _write(line: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + "\n")
