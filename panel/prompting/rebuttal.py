"""What a reviewer is shown of verdicts in a rebuttal: its own, and the others' without their names.

A verdict was written by a model that read an untrusted submission, so it is untrusted too and goes into a
data block like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.prompting.block import data_line
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.verdict import Verdict


def anonymised(peers: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Put verdicts in the order they are shown in, which tells nothing of who sits where."""
    return tuple(sorted(peers, key=lambda verdict: digest([verdict.decision, verdict.quote])))


def verdict_line(own: Verdict) -> str:
    """Write a reviewer's own first verdict as one line of data."""
    return data_line(
        {
            "decision": own.decision,
            "moves": own.moves,
            "criteria": {
                criterion.id: {
                    "score": str(criterion.score),
                    "because": criterion.because,
                    "quotes": {
                        str(place): {"text": quote.text, "source": quote.source}
                        for place, quote in enumerate(criterion.quotes, 1)
                    },
                }
                for criterion in own.criteria
            },
            "quote": own.quote,
        }
    )


def peers_line(peers: Sequence[Verdict]) -> str:
    """Write the other verdicts as one line of data: decision, reasons and quote of each, and no name."""
    return data_line(
        {
            f"reviewer {place}": {
                "decision": peer.decision,
                "reasons": {
                    str(number): criterion.because for number, criterion in enumerate(peer.criteria, 1)
                },
                "quote": peer.quote,
            }
            for place, peer in enumerate(anonymised(peers), 1)
        }
    )
