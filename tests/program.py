"""The program as a person or a script meets it: arguments in, status, standard output and error out.

The fixtures of `running` call it in the test's own process; `spawn` starts a real one, for what only a
process has: signals, pipes, limits and start-up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from panel.resources import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

SUBMISSION = """\
name: Acme Logs
tagline: Logs as events.
category: Developer tools
pricing:
  model: freemium
  entry: Free for one user; teams from 12 USD per user and month
licence: Apache-2.0
description: >-
  Acme Logs is a command-line tool and a Python library that turns raw log lines into structured events.
  One install and one command give a first result, and nothing has to be signed up for. It runs on the
  user's machine. Unlike Graylog it needs no server. It is meant for developers who run small services.
  The documentation has a quickstart, a reference and runnable examples. The team plan adds shared rules
  and access control, and customers pay per user.
facts:
  deployment: on-device
"""


class Done(NamedTuple):
    """A finished run of the program."""

    status: int
    out: str
    err: str


class Run(Protocol):
    """Runs the program in the current folder."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Done:
        """Return what came of it."""
        ...


def spawn(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401  # as the original
    """Run the program as a process of its own and wait for it."""
    return subprocess.run(
        command(*arguments),
        check=False,
        **{"capture_output": True, "text": True, "encoding": "utf-8", "env": environment(), **options},
    )


def command(*arguments: str | Path) -> list[str]:
    """Return the command line that starts the program."""
    return [sys.executable, "-m", "panel", *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a test, in which the package is found from every folder."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent), **changes}
