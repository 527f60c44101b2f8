"""`keys`: the providers' keys, stored in a file that only its owner can read; never shown, never a flag."""

import os
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from panel.cli import options
from panel.cli.output import destination, note
from panel.errors import InputError

# The names of `panel.llm.keys`, which takes pydantic to load.
KeyName = Literal["openai", "anthropic", "compat"]

Name = Annotated[KeyName, typer.Argument(metavar="NAME", help="openai, anthropic or compat.")]


def store(name: Name) -> int:
    """Store a provider's key: asked for without echo, or read from standard input.

    A key is never taken from the command line, where other users of the machine could read it.
    """
    from pydantic import SecretStr  # noqa: PLC0415 - --help does not need it

    from panel.llm.keys import VARIABLES, set_key  # noqa: PLC0415 - likewise

    given = ""
    if sys.stdin.isatty():
        import getpass  # noqa: PLC0415 - only a terminal needs it

        with suppress(KeyboardInterrupt, EOFError):
            given = getpass.getpass(f"Key for {name} (not shown): ")
    else:
        given = sys.stdin.readline()
    if not given.strip():
        raise InputError(
            "no key was given", f"Type it when asked, or pipe it in: shippanel keys set {name} < FILE."
        )
    note(f"Stored the key for {name} in {set_key(name, SecretStr(given.strip()))}")
    if os.environ.get(VARIABLES[name], "").strip():
        note(f"{VARIABLES[name]} is set and comes before it.")
    return 0


def show_all(*, shown_as: options.PlainOrJson = None) -> int:
    """List where each provider's key comes from; never the key."""
    from panel.llm.keys import VARIABLES, list_keys  # noqa: PLC0415 - --help does not need it

    target = destination(shown_as or "plain", None)
    keys = list_keys()
    if target.format == "json":
        target.send_json("keys", {"keys": [{**asdict(key), "variable": VARIABLES[key.name]} for key in keys]})
    else:
        target.send_table(
            [(key.name, key.origin or f"none; set {VARIABLES[key.name]} or store one") for key in keys]
        )
    return 0


def show_path() -> int:
    """Print where the key file stands, whether or not there is one."""
    from panel.llm.keys import path  # noqa: PLC0415 - --help does not need it

    destination("plain", None).send(f"{path()}\n")
    return 0
