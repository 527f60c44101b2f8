"""The `@copilotkit/aimock` double, which this project did not write: where it is, how it is had, how it runs.

Run as a program it installs the locked version into the user's cache, outside the repository:

    python tests/servers/aimock.py

Tests never install anything; without the double they say so and are skipped.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(__file__).resolve().parent / "aimock_double"
LOCK = HOME / "package-lock.json"
_DIGEST = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
# Asked for when the module is loaded: a test has a home of its own.
FOLDER = platformdirs.user_cache_path("shippanel-tests", appauthor=False) / f"aimock-{_DIGEST}"
PROGRAM = FOLDER / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
NODE = shutil.which("node")


def missing() -> str:
    """Say what is missing and how it is had; empty when the double can run."""
    if NODE is None:
        return "node is not installed"
    if not PROGRAM.is_file():
        return "aimock is not installed; run `python tests/servers/aimock.py`"
    return ""


def install() -> None:
    """Install exactly what is locked, without running any script of it."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HOME / name, FOLDER / name)
    subprocess.run(
        [npm, "ci", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund"],
        check=True,
    )


@contextmanager
def run() -> Iterator[str]:
    """Run the double as long as the block lasts, and give its address."""
    process = subprocess.Popen(
        [str(NODE), str(PROGRAM), "-p", "0", "-f", str(HOME / "fixtures.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={},
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _address(process: subprocess.Popen[str]) -> str:
    """Read where it listens from what it says at its start."""
    said = []
    for line in process.stdout or ():
        said.append(line)
        found = re.search(r"listening on (http://\S+)", line)
        if found:
            return found[1]
    raise RuntimeError(f"aimock did not start: {''.join(said)}")


if __name__ == "__main__":
    install()
