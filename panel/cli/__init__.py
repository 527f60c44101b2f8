"""The command line: parse, call, show, exit.

One module for each group of commands. A command returns its exit status or raises `PanelError`, which
is caught here and nowhere else. The modules import only typer and the standard library when they are
loaded; whatever reviews, stores or renders is imported by the command that needs it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from panel.cli.complaint import complain, complain_usage
from panel.errors import PanelError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status.

    Args:
        arguments: what follows the program's name; those of the process when None.
    """
    from panel.cli.app import program  # noqa: PLC0415 - an interrupt while it loads is caught below

    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = (
            typer.main.get_command(program()).main(given, prog_name="shippanel", standalone_mode=False) or 0
        )
        sys.stdout.flush()
    except typer.TyperException as error:
        return complain_usage(error, given)
    except PanelError as error:
        return complain(error, given)
    except BrokenPipeError:
        # The reader has seen enough, as `| head` has. What is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    if status == INTERRUPTED:
        sys.stderr.write("Interrupted. Verdicts that had arrived are kept.\n")
    return int(status)
