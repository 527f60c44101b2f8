"""Reading bytes and decoding them: bounded in size, UTF-8 only."""

from __future__ import annotations

import sys
from pathlib import Path

from panel.errors import InputError
from panel.text import visible

LIMIT_BYTES = 64 * 1024
"""Size of a document, or of one line of JSONL."""
STDIN = "-"
"""The source that stands for standard input."""


def read_bytes(source: str | Path, limit: int = LIMIT_BYTES) -> bytes:
    """Read a file, or standard input for `-`, and never more than one byte beyond `limit`.

    Raises:
        InputError: there is no such file, it cannot be read, or it is longer than `limit`.
    """
    name = display_name(source)
    if str(source) == STDIN:
        return within(sys.stdin.buffer.read(limit + 1), limit, name=name)
    try:
        with Path(source).open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise InputError(
            f"{name}: no such file", "Check the spelling, or give - to read standard input."
        ) from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder, not a file", "Name one file inside it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{name}: cannot be read: {reason}", "Check the path and its permissions.") from None
    return within(data, limit, name=name)


def display_name(source: str | Path) -> str:
    """Name a source in a message: its path, or `standard input` for `-`."""
    return "standard input" if str(source) == STDIN else visible(str(source))


def within(data: bytes, limit: int, *, name: str) -> bytes:
    """Return `data` when it is no longer than `limit` bytes.

    Raises:
        InputError: it is longer.
    """
    if len(data) > limit:
        raise InputError(
            f"{name}: is longer than {limit:,} bytes, the most that is read",
            "Shorten the text, or leave out what a reviewer does not need.",
        )
    return data


def decode(data: bytes, *, name: str) -> str:
    """Decode UTF-8 text, with or without a byte order mark, and refuse everything else.

    Raises:
        InputError: the data is blank, in another encoding, or binary.
    """
    hint = "Save the file as UTF-8 text."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: is UTF-16 text, not UTF-8", hint)
    if b"\0" in data:
        raise InputError(f"{name}: holds NUL bytes, so it is not UTF-8 text", hint)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark; the line is the same either way.
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name}: line {line}: byte 0x{error.object[error.start]:02X} is not UTF-8 text", hint
        ) from None
    if not text.strip():
        raise InputError(f"{name}: is empty", "Give at least a name and a description.")
    return text
