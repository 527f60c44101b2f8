"""What the tests of batches send, and how they read the accounts of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from panel.batch.accounts import (
    collection_account_schema,
    status_account_schema,
    submission_account_schema,
)

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

SPECS = {"openai": "openai:gpt-6-luna", "anthropic": "anthropic:claude-haiku-5-5"}
SCHEMAS = {
    "shippanel.batch-submission/1": Draft202012Validator(submission_account_schema()),
    "shippanel.batch-collection/1": Draft202012Validator(collection_account_schema()),
    "shippanel.batch-status/1": Draft202012Validator(status_account_schema()),
}
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
    """Run a command about batches, and return its account, which has the form described, with its status."""
    done = run("batch", *arguments, "--format", "json")
    assert done.out, done.err
    account = json.loads(done.out)
    SCHEMAS[account["schema"]].validate(account)
    return {**account, "status": done.status, "err": done.err}
