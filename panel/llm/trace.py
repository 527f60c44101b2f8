"""A record of every call, one JSON line each, for whoever has to find out what happened.

It holds sizes, digests, times, tokens and outcomes; never a prompt, an answer or a key. Lines are ASCII with
everything else escaped, so that no provider's words can forge a line.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from panel.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "shippanel.trace/1"


class Trace:
    """A file that calls are appended to. Its owner alone can read it."""

    def __init__(self, path: Path) -> None:
        """Open the file, so that a run does not find out at its end that it cannot be written.

        Raises:
            OutputError: it cannot be opened for writing.
        """
        self.path = path
        self._failure = ""
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be written: {error.strerror}", "Choose another file for --trace."
            ) from None

    def write(self, fields: dict[str, Any]) -> None:
        """Append one call; one system call a line, so that lines of several processes do not mix.

        A full disk does not cost the answer that was just paid for: writing stops, and `close` says so.
        """
        if self._failure or self._handle < 0:
            return
        line = json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=True, separators=(",", ":")) + "\n"
        try:
            os.write(self._handle, line.encode("ascii"))
        except OSError as error:
            self._failure = error.strerror or type(error).__name__

    def close(self) -> None:
        """Close the file; closing it twice does nothing.

        Raises:
            OutputError: a line could not be written, and none was after it.
        """
        if self._handle < 0:
            return
        os.close(self._handle)
        self._handle = -1
        if self._failure:
            raise OutputError(
                f"{self.path}: the trace is not whole: {self._failure}",
                "Free some room, or choose another file for --trace.",
            )
