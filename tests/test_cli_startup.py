from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from program import command, environment

from panel.resources import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]

package = importlib.import_module("panel")

HEAVY = {"alembic", "jinja2", "langgraph", "pydantic", "pydantic_settings", "rich", "sqlalchemy", "yaml"}
"""What must not load before a command needs it."""

TYPERS_OWN = {"pydantic"}
"""What typer itself loads to read the flags of a command."""

LIGHT = {"annotated_doc", "panel", "shellingham", "typer"}
"""All that is not Python's own and loads for `--help`."""

PROBE = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
before = set(sys.modules)
status = None
if sys.argv[1:]:
    from panel.cli import main
    status = main()
else:
    import panel
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps([status, sorted(loaded - sys.stdlib_module_names - {"_distutils_hack"})]), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> tuple[int | None, set[str]]:
    """Run the program, or merely import the package, and return its status and what was loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(arguments)],
        check=True,
        capture_output=True,
        text=True,
        env=environment(),
    )
    status, names = json.loads(done.stderr.splitlines()[-1])
    return status, set(names)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("-h",)])
def test_help_loads_next_to_nothing(arguments: tuple[str, ...]) -> None:
    """Help is there at once: beside Python itself, only what reads command lines is loaded."""
    status, names = loaded_by(*arguments)
    assert status == 0
    assert names <= LIGHT
    assert not names & HEAVY


def test_importing_the_package_loads_nothing_else() -> None:
    """`import panel` is free; names load what they need when they are used."""
    assert loaded_by() == (None, {"panel"})


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (("review", "--help"), HEAVY - TYPERS_OWN),
        (("schema", "error"), HEAVY - TYPERS_OWN),
        (("personas", "list"), {"langgraph", "sqlalchemy", "rich", "jinja2", "alembic"}),
        (("config", "show", "--db", "x"), {"langgraph", "sqlalchemy", "rich", "jinja2", "alembic"}),
        (("history", "list"), {"langgraph", "rich", "jinja2", "alembic"}),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: tuple[str, ...], spared: set[str]) -> None:
    """A command that reviews nothing loads no graph; one that keeps nothing loads no database."""
    _, names = loaded_by(*arguments)
    assert not names & spared


def test_the_version_is_that_of_the_project(run: Run) -> None:
    """`--version` and the package agree."""
    assert run("--version") == (0, f"shippanel {package.__version__}\n", "")


def test_every_public_name_is_there() -> None:
    """What `__all__` lists can be had, and is listed by `dir`."""
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert sorted(package.__all__) == dir(package)
    with pytest.raises(AttributeError, match="has no attribute 'review'"):
        _ = package.review


def test_the_package_says_that_it_is_typed() -> None:
    """The marker for type checkers is in the package."""
    assert (PACKAGE / "py.typed").is_file()


def test_python_m_panel_is_the_program(here: Path) -> None:
    """Without the console script, the module does the same, and calls itself shippanel."""
    assert here.is_dir()
    done = subprocess.run(command("--help"), check=True, capture_output=True, text=True, env=environment())
    assert done.stdout.startswith("Usage: shippanel [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(
    "arguments",
    [
        *((), ("review",), ("doctor",), ("init",), ("schema",)),
        *(("personas", word) for word in ("list", "show", "new", "check")),
        *(("history", word) for word in ("list", "show", "diff")),
        *(("ledger", word) for word in ("verify", "stats")),
        ("config", "show"),
    ],
)
def test_every_command_explains_itself(run: Run, arguments: tuple[str, ...]) -> None:
    """Each has a first sentence, and every flag a word of help; -h is --help."""
    done = run(*arguments, "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: {' '.join(('shippanel', *arguments))} ")
    paragraphs = done.out.split("\n\n")
    assert paragraphs[1].strip().endswith(".")
    for line in paragraphs[-1].splitlines():
        assert not line.endswith("TEXT")
    assert run(*arguments, "-h") == done


def test_a_shell_can_complete(here: Path) -> None:
    """Commands, flags and persona ids are offered to the shell that asks."""
    assert here.is_dir()

    def offered(words: str) -> list[str]:
        asked = {
            "_SHIPPANEL_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        done = subprocess.run(
            command(), check=False, capture_output=True, text=True, env=environment(**asked)
        )
        return done.stdout.split()

    assert "review" in offered("shippanel re")
    assert "--fail-under" in offered("shippanel review --fail")
    assert offered("shippanel personas show b") == ["business"]
    assert offered("shippanel review --persona f") == ["futurist"]
