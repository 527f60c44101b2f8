"""What can go wrong, drawn as a tree.

    PanelError              exit 1   anything the panel can explain
    ├── InputError          exit 2   a submission, persona or flag that cannot be used
    ├── LedgerError         exit 1   the record cannot be read or written
    │   └── LedgerBusyError exit 75  somebody else holds it; try again later
    ├── SettingsError       exit 2   a configuration file or variable that cannot be used
    └── OutputError         exit 1   the result cannot be written where it was asked for

A reviewer that fails is not here: that is an `Abstention`, a value like any other. A panel without
quorum is a state of its scorecard.
"""

from __future__ import annotations

from typing import ClassVar


class PanelError(Exception):
    """Something the panel can explain in one line.

    Args:
        message: what happened and where: the file and the field, or the resource.
        hint: the next step for the reader, as a sentence.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class InputError(PanelError):
    """A submission, a persona or a flag cannot be used; nothing was called or written.

    Args:
        message: a summary that names the file.
        hint: the next step for the reader.
        problems: every problem found, one line each, so that a document is mended in one go.
    """

    exit_code = 2
    code = "bad-input"

    def __init__(self, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems


class SettingsError(InputError):
    """A settings file, an environment variable or a combination of flags cannot be used."""

    code = "bad-settings"


class LedgerError(PanelError):
    """The ledger cannot be opened, read or written, or does not verify."""

    code = "ledger"


class LedgerBusyError(LedgerError):
    """Another process holds the ledger; the same command may succeed later."""

    exit_code = 75
    code = "busy"


class OutputError(PanelError):
    """A result cannot be written where it was asked for; no partial file is left behind."""

    code = "output"
