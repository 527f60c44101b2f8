"""What can go wrong, drawn as a tree.

    PanelError              exit 1   anything the panel can explain
    ├── LedgerError         exit 1   the record cannot be read or written
    │   ├── LedgerBusyError exit 75  somebody else holds it; try again later
    │   └── LedgerGoneError exit 1   its server does not answer
    ├── InputError          exit 2   a submission, persona or flag that cannot be used
    │   └── SettingsError   exit 2   a configuration file or variable that cannot be used
    ├── BudgetError         exit 5   the money that was allowed is used up
    ├── OutputError         exit 1   the result cannot be written where it was asked for
    └── ModelError          exit 4   a model gave no usable answer; a reviewer turns it into an abstention

A reviewer that fails ends as an `Abstention`, a value like any other. A panel without quorum is a state of
its scorecard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from panel.verdict import FailureReason, Usage


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


class LedgerGoneError(LedgerError):
    """The ledger's server does not answer, or ended the connection; what was written before stands."""


class BudgetError(PanelError):
    """What was allowed to be spent is used up; a call that does not fit under a cap is a `ModelError`."""

    exit_code = 5
    code = "budget"


class OutputError(PanelError):
    """A result cannot be written where it was asked for; no partial file is left behind."""

    code = "output"


class ModelError(PanelError):
    """A call of a language model brought no usable answer.

    Args:
        message: what the provider said, redacted, in one line.
        hint: what the user can do about it; empty when waiting is all there is.
        reason: how the seat's abstention will be called.
        retryable: whether the same call may succeed later.
        retry_after_s: the server's own hint, in seconds; None when it gave none.
        usage: what the failed call consumed, where the server reported it.
        request_id: the provider's id of the call.
        status: the HTTP status; None when there was no response.
    """

    exit_code = 4
    code = "model"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        reason: FailureReason,
        retryable: bool = False,
        retry_after_s: float | None = None,
        usage: Usage | None = None,
        request_id: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.reason = reason
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.usage = usage
        self.request_id = request_id
        self.status = status
