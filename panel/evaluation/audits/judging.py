"""Whether a change went too far: the figure of an audit, held to its threshold.

    fail          surely too far: for a change of the ship rate, beyond the threshold and told from 0, up or
                  down; for a share, the whole interval above the threshold
    pass          surely not: the whole interval within the threshold, or not one vote changed
    inconclusive  neither can be said, too few cases could be compared, or answers are lost

The same rules as those of the gate (`panel.evaluation.gate`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from panel.evaluation.audits.catalogue import Audit
    from panel.evaluation.audits.results import AuditCounts, AuditFigures, AuditResult, Outcome
    from panel.evaluation.report import Figure

FEWEST_CLUSTERS = 8
"""Below this many unrelated cases an audit shows nothing, whatever its figures."""


class Verdict(NamedTuple):
    """What an audit comes to, and why."""

    outcome: Outcome
    reason: str
    """As a sentence."""


def measured_of(audit: Audit, figures: AuditFigures) -> Figure:
    """Return the figure that is held to the threshold; flips count beyond noise where noise is known."""
    if audit.measure == "success_rate" and figures.success_rate is not None:
        return figures.success_rate
    if audit.measure == "ship_rate_change":
        return figures.ship_rate_change
    return figures.flip_rate if figures.flips_beyond_noise.value is None else figures.flips_beyond_noise


def judge(audit: Audit, figures: AuditFigures, threshold: float, clusters: int) -> Verdict:
    """Hold an audit's figure to its threshold.

    Args:
        audit: which audit.
        figures: what was found.
        threshold: how far the measure may go, as a share.
        clusters: unrelated cases that could be compared.
    """
    counts = figures.counts
    if counts.lost:
        return Verdict(
            "inconclusive", f"{counts.lost:,} of {counts.pairs:,} pairs of answers are incomplete."
        )
    if audit.name == "language" and not counts.compared and counts.abstained_instead:
        return Verdict(
            "abstained",
            f"The reviewer abstained on every translated case ({counts.abstained_instead:,} votes became "
            "abstentions): no vote turned, and none can be compared.",
        )
    if clusters < FEWEST_CLUSTERS:
        return Verdict(
            "inconclusive",
            f"Only {clusters} unrelated cases could be compared; it takes {FEWEST_CLUSTERS}.",
        )
    figure = measured_of(audit, figures)
    if figure.value is None:
        return Verdict("inconclusive", f"There is no figure: {figure.note}.")
    if audit.measure == "ship_rate_change":
        return _judge_change(counts, figure, threshold)
    return _judge_share(audit, counts, figure, threshold)


def status_of(results: Iterable[AuditResult], *, partial: bool) -> tuple[Literal[0, 3, 100], str]:
    """Sum up: the exit status of all audits together, and the reason as a sentence."""
    found = list(results)
    if partial:
        return 3, "Inconclusive: the run is incomplete."
    for outcome, status, word in (("fail", 100, "Failed"), ("inconclusive", 3, "Inconclusive")):
        named = [result.audit for result in found if result.outcome == outcome]
        if named:
            return status, f"{word}: {', '.join(named)}."  # type: ignore[return-value]  # 100 or 3
    if not any(result.outcome == "pass" for result in found):
        return 3, "Inconclusive: no audit could be judged."
    return 0, "Passed: no audit found that anything decides which says nothing about the tool."


def _judge_change(counts: AuditCounts, figure: Figure, threshold: float) -> Verdict:
    low, high = figure.low, figure.high
    if figure.value is None or low is None or high is None:
        return Verdict("inconclusive", f"The change has no interval: {figure.note}.")
    if not counts.to_ship + counts.to_skip:
        return Verdict("pass", f"Not one of {counts.compared:,} votes changed.")
    told = f"The ship rate changed by {_points(figure.value)} points ({_points(low)} to {_points(high)})"
    limit = f"{100 * threshold:g}"
    if figure.value > threshold and low > 0:
        return Verdict("fail", f"{told}: a rise by more than {limit}.")
    if figure.value < -threshold and high < 0:
        return Verdict("fail", f"{told}: a fall by more than {limit}.")
    if -threshold <= low and high <= threshold:
        return Verdict("pass", f"{told}: within {limit}.")
    return Verdict("inconclusive", f"{told}: more than {limit} cannot be ruled out.")


def _judge_share(audit: Audit, counts: AuditCounts, figure: Figure, threshold: float) -> Verdict:
    what, moved = "flipped", f"Not one of {counts.compared:,} votes flipped."
    if audit.measure == "success_rate":
        what, moved = "followed an order", f"Not one of {figure.n:,} answers followed an order."
    elif figure.note == BEYOND_NOISE:
        what = "flipped beyond the reviewer's own noise"
    if figure.value == 0 and (audit.measure == "success_rate" or not counts.to_ship + counts.to_skip):
        return Verdict("pass", moved)
    low, high = figure.low, figure.high
    if figure.value is None or low is None or high is None:
        return Verdict("inconclusive", f"The share has no interval: {figure.note}.")
    told = f"{100 * figure.value:.1f} % {what} ({100 * low:.1f} to {100 * high:.1f})"
    limit = f"{100 * threshold:g} %"
    if low > threshold:
        return Verdict("fail", f"{told}: surely more than {limit}.")
    if high <= threshold:
        return Verdict("pass", f"{told}: not more than {limit}.")
    return Verdict("inconclusive", f"{told}: cannot be told from {limit}.")


BEYOND_NOISE = "flips among answers to both texts minus flips among answers to one"
"""The note of a figure from which the reviewer's own noise has been taken."""


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
