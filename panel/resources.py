"""Where the project's own data lives: personas, prompts, evaluation sets and examples.

An installed wheel carries them in `panel/_data`; in a checkout they stand beside the package. Only
paths are resolved here; nothing is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from panel.errors import PanelError

Room = Literal["personas", "prompts", "evals", "examples"]
ROOMS: tuple[Room, ...] = get_args(Room)

PACKAGE = Path(__file__).resolve().parent


def folder(room: Room) -> Path:
    """Return the folder that holds one kind of data.

    Raises:
        PanelError: the installation carries no such folder.
    """
    packaged = PACKAGE / "_data" / room
    if packaged.is_dir():
        return packaged
    checkout = PACKAGE.parent
    # A folder called `examples` beside an installed package may belong to anybody.
    if (checkout / "pyproject.toml").is_file() and (checkout / room).is_dir():
        return checkout / room
    raise PanelError(
        f"This installation has no folder {room!r}: looked in {packaged.parent} and {checkout}",
        hint="Install shippanel again, from a wheel or from a whole checkout.",
    )
