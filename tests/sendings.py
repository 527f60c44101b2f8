"""What the tests of batches send, and how they read the accounts of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

SPECS = {"openai": "openai:gpt-6-luna", "anthropic": "anthropic:claude-haiku-5-5"}
KEY = "sk-canary-3f9a7c2d5b"
ANSWER_USD = (500 * 0.10 + 400 * 0.01 + 100 * 0.125 + 200 * 0.50) / 1e6
"""What an answer of the server costs by the list price of Anthropic's model; OpenAI reports no write."""


def submission(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a submission
    """Return one of many submissions."""
    fields = {
        "name": f"Acme Logs {number}",
        "tagline": "Logs as events.",
        "category": "Developer tools",
        "pricing": {"model": "free", "entry": "Free"},
        "description": "A command-line tool that turns raw log lines into structured events. It runs on the "
        f"user's machine and needs no server. It keeps {number} days.",
    }
    return {**fields, **changes}


def accounted(run: Run, *arguments: str | Path) -> dict[str, Any]:
    """Run a command about batches, and return what it accounts for with its status."""
    done = run("batch", *arguments, "--format", "json")
    assert done.out, done.err
    return {**json.loads(done.out), "status": done.status, "err": done.err}
