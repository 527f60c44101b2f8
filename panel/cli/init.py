"""`init`: settings and an example submission to start from."""

from pathlib import Path
from typing import Annotated

import typer

from panel.cli import options
from panel.cli.output import note, write_file
from panel.errors import InputError

STARTERS = Path(__file__).parent / "starters"
FILES = ("shippanel.toml", "tool.yaml")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; this folder by default.")]


def init(folder: Folder = Path(), *, force: options.Force = False) -> int:
    """Write shippanel.toml and an example submission, tool.yaml."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder", "Make it first, or name another.")
    standing = [name for name in FILES if (folder / name).exists()]
    if standing and not force:
        raise InputError(
            f"{folder / standing[0]}: is there already", "Pass --force to replace it; nothing was written."
        )
    for name in FILES:
        write_file(folder / name, [(STARTERS / name).read_bytes()])
        note(f"Wrote {folder / name}")
    note(f"Next: shippanel review {folder / 'tool.yaml'}")
    return 0
