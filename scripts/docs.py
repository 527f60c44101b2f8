"""Write the pages that are made by running the program, or check that they still say what it does.

    python scripts/docs.py            write them
    python scripts/docs.py --check    name those that have drifted, and fail

They are `docs/cli.md`, the JSON Schemas, and in README.md and docs/*.md whatever stands between a line
`<!-- output: shippanel … -->` and the next `<!-- end -->`; `| head -40` may end the command. The commands of
one page run in order in a folder with nothing but the examples and personas, and share a ledger that is new.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {
    "scorecard": "docs/schema/scorecard.schema.json",
    "comparison": "docs/schema/comparison.schema.json",
    "submission": "docs/schema/submission.schema.json",
    "golden": "evals/golden/golden.schema.json",
    "answer": "docs/schema/answer.schema.json",
    "evaluation": "docs/schema/evaluation.schema.json",
    "calibration": "docs/schema/calibration.schema.json",
    "audit": "docs/schema/audit.schema.json",
    "batch": "docs/schema/batch.schema.json",
    "batch-submission": "docs/schema/batch-submission.schema.json",
    "batch-collection": "docs/schema/batch-collection.schema.json",
    "batch-status": "docs/schema/batch-status.schema.json",
    "ledger": "docs/schema/ledger.schema.json",
    "import": "docs/schema/import.schema.json",
    "schedule": "docs/schema/schedule.schema.json",
    "error": "docs/schema/error.schema.json",
    "persona": "personas/persona.schema.json",
}
"""Document → where its schema stands; those of personas and golden cases stand beside them, for editors to
find."""
OUTPUT = re.compile(
    r"(<!-- output: shippanel (?P<command>[^\n]+?)(?: \| head -(?P<lines>\d+))? -->\n).*?(<!-- end -->)",
    re.DOTALL,
)
LISTED = re.compile(r"^  ([a-z][a-z-]*)  +\S", re.MULTILINE)
SPECIMENS = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC"), "2026-11-21 12:00 UTC"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "01a1fe087e3b7f0d9c2455d8ba6781a4"),
)
"""What differs from run to run, moments and run ids, and what the pages show instead."""


class CommandError(Exception):
    """A command that a page shows did not succeed."""


class Program:
    """Runs `shippanel` as a reader would, at a fixed width and with no settings of one's own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        for room in ("examples", "personas"):
            (folder / room).symlink_to(ROOT / room)
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        home = {name: str(folder / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        fixed = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "TERM": "dumb",
        }
        self._environment = {**kept, **home, **fixed}

    def run(self, *arguments: str) -> str:
        """Return what the program prints, with moments and run ids replaced by specimens."""
        done = subprocess.run(
            [sys.executable, "-m", "panel", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise CommandError(f"shippanel {shlex.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        text = done.stdout
        for varying, specimen in SPECIMENS:
            text = varying.sub(specimen, text)
        return text.replace(f"{datetime.now(UTC):%Y-%m-%d}", "2026-11-21")


def commands(program: Program, *path: str) -> list[tuple[tuple[str, ...], str]]:
    """List a command and those below it, each with its help."""
    text = program.run(*path, "--help")
    found = [(path, text)]
    _, listing, names = text.partition("Commands:\n")
    if listing:
        for name in LISTED.findall(names):
            found += commands(program, *path, name)
    return found


def command_page(program: Program) -> str:
    """Write the page of all commands and their options."""
    parts = ["# Commands", "Written by `make docs` from what `--help` says."]
    for path, text in commands(program):
        name = " ".join(("shippanel", *path))
        parts += [f"{'#' * min(2 + max(len(path) - 1, 0), 3)} {name}", f"```text\n{text.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def fill(page: str, program: Program) -> str:
    """Put the output of each command that a page names between its markers."""

    def output(match: re.Match[str]) -> str:
        text = program.run(*shlex.split(match["command"]))
        wanted = int(match["lines"]) if match["lines"] else None
        lines = [line.rstrip() for line in text.strip("\n").splitlines()[:wanted]]
        return "\n".join([f"{match[1]}```text", *lines, "```", match[4]])

    return OUTPUT.sub(output, page)


def generated() -> dict[Path, str]:
    """Make every page anew: its path and what should stand there."""
    with tempfile.TemporaryDirectory() as scratch:
        program = Program(Path(scratch, "reference"))
        pages = {ROOT / "docs/cli.md": command_page(program)}
        for name, place in SCHEMAS.items():
            pages[ROOT / place] = program.run("schema", name)
        for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
            text = path.read_text(encoding="utf-8")
            if OUTPUT.search(text):
                pages[path] = fill(text, Program(Path(scratch, path.stem)))
    return pages


def main(arguments: list[str]) -> int:
    """Write or check the pages; return 1 when one has drifted or a command fails."""
    try:
        pages = generated()
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [
        path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            print(
                f"{path.relative_to(ROOT)} is not what the program prints; run `make docs`", file=sys.stderr
            )
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
