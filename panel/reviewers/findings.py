"""What a reader should know about the form of an answer, whoever gave it.

A finding is shown and never repaired: the quote stays as it was written, the vote as it was cast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.verdict import QUOTE_WORDS, Finding

if TYPE_CHECKING:
    from panel.verdict import Decision

LOW, HIGH = 40, 60
"""A ship below the first, or a skip above the second, goes against its own score."""


def form_findings(
    persona: str, decision: Decision, score: float, quote: str, why: str = ""
) -> tuple[Finding, ...]:
    """Report a quote of the wrong length and a decision at odds with its score.

    Args:
        persona: who answered.
        decision: the vote.
        score: the weighted criterion scores, 0–100.
        quote: the persona's words; 110 to 170 are asked for.
        why: what decided against the score, as a sentence, where that is known.
    """
    found = []
    words = len(quote.split())
    shortest, longest = QUOTE_WORDS
    if not shortest <= words <= longest:
        detail = f"The quote has {words} words; {shortest} to {longest} are asked for."
        found.append(Finding(rule="quote-length", field="quote", detail=detail, persona=persona))
    if (decision == "ship" and score < LOW) or (decision == "skip" and score > HIGH):
        detail = f"The vote is {decision} while the criteria add up to {score:.1f} of 100. {why}".strip()
        found.append(Finding(rule="decision-against-score", field="decision", detail=detail, persona=persona))
    return tuple(found)
