"""Whether a reviewer that changed its mind had a reason in the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.answer.support import supported_quotes
from panel.verdict import Finding

if TYPE_CHECKING:
    from panel.tool import Tool
    from panel.verdict import Verdict


def rebuttal_findings(tool: Tool, first: Verdict, second: Verdict) -> tuple[Finding, ...]:
    """Report a decision turned round without words of the evidence that the first verdict had not quoted.

    Args:
        tool: what both verdicts are about.
        first: the blind verdict, which stands.
        second: what the same persona answered after reading the others.
    """
    if first.decision == second.decision:
        return ()
    if supported_quotes(tool, second.criteria) - supported_quotes(tool, first.criteria):
        return ()
    return (
        Finding(
            rule="flip-without-evidence",
            field="decision",
            detail=(
                f"Changed from {first.decision} to {second.decision} after reading the other verdicts, "
                "without quoting anything that the first verdict had not quoted."
            ),
            persona=second.persona,
        ),
    )
