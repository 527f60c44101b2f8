"""The words every format uses for the same figure, and how figures are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from panel.evaluation.render.sheet import Cell, Word
from panel.render.wording import GLYPHS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.evaluation.render.sheet import Mark
    from panel.evaluation.report import Figure

Unit = Literal["score", "share", "points", "plain", "change", "shift", "gain"]
"""`score` 0.71, `share` 71 %, `points` 11.5 points, `plain` 1.88, `change` +0.050; of a share that changed
by 0.031, `shift` +3.1 points; of a score that did by 3.1, `gain` +3.1."""

MINUS = "\u2212"
NONE = "\u2013"

LABELS = {
    "balanced_accuracy": "Balanced accuracy",
    "mcc": "MCC",
    "kappa": "Kappa",
    "ship_recall": "Ship recall",
    "skip_recall": "Skip recall",
    "accuracy": "Accuracy",
    "ship_rate": "Ships",
    "gold_ship_rate": "Gold ships",
    "coverage": "Coverage",
    "balanced_accuracy_when_voting": "Balanced accuracy when voting",
    "abstain_recall": "Abstain recall",
    "flip_rate": "Flip rate",
    "move_coverage": "Moves made",
    "unsupported_figure_rate": "Unsupported figures",
    "brier": "Brier score",
    "expected_calibration_error": "Calibration error",
    "between_disagreement": "Disagreement between personas",
    "distinctiveness": "Distinctiveness",
    "error_correlation": "Error correlation",
    "effective_votes": "Effective votes",
    "panel_pct_error": "Error of the panel percentage",
    "panel_pct_error_always_100": "The same for always 100 %",
    "label_accuracy": "Labels right",
    "mean_balanced_accuracy": "Mean balanced accuracy",
    "mean_ship_recall": "Mean ship recall",
    "mean_skip_recall": "Mean skip recall",
}
"""Statistic → its name for readers."""

MEANINGS = {
    "Gold": "The decision that a case was given before any reviewer saw it, and who says so.",
    "Balanced accuracy": "The mean of ship recall and skip recall. Whoever always says the same has 0.50.",
    "Ship recall, skip recall": "Of the cases that gold ships (or skips), the share on which the reviewer "
    "does so too. A flattering reviewer has a high ship recall and a low skip recall.",
    "MCC, kappa": "Agreement with gold beyond what the same number of ships and skips would reach by "
    "chance: 0 for chance, 1 for perfect, below 0 for worse than chance.",
    "Majority": "What a reviewer scores that always gives the more frequent answer. It knows nothing.",
    "Offline rubric": "The reviewer that needs no model: fixed rules applied to the words of the submission.",
    "Coverage": "The share of decided cases that got a vote. No vote where gold decides is an error above.",
    "Flip rate": "When the same question is asked again, the share of pairs of answers that differ.",
    "Calibration": "Scores run from 0 to 100. They mean something when a score of 80 goes with tools of "
    "which about 80 in 100 deserve a ship.",
    "Effective votes": "How many reviewers with independent errors the panel is worth. Four reviewers who "
    "err on the same cases are worth little more than one.",
    "Interval": "The range that holds the true figure in 95 of 100 such evaluations. Two figures whose "
    "intervals overlap widely may well be equal.",
}
"""Term → what it means, for a reader who meets it here for the first time."""

LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "pt": "Portuguese",
    "zh": "Chinese",
}

_SIGNED: frozenset[Unit] = frozenset(("change", "shift", "gain"))
_KINDS: dict[str, Mark] = {"ship": "ship", "skip": "skip", "abstain": "abstained", "failed": "failed"}


def word(decision: str | None) -> Word:
    """Write a decision as a word with its sign."""
    kind = _KINDS.get(decision or "")
    if kind is None:
        return Word("?", "NO LABEL" if decision is None else "NO ANSWER", "quiet")
    return Word(GLYPHS[kind], WORDS[kind], kind)  # type: ignore[index]  # the four kinds are marks too


def language(code: str) -> str:
    """Name a language, by its code where no name is known."""
    return LANGUAGES.get(code, code or "not said")


def number(value: float, unit: Unit) -> str:
    """Write a value in its unit."""
    text = {
        "score": f"{value:.2f}",
        "share": f"{100 * value:.0f} %",
        "points": f"{value:.1f} points",
        "plain": f"{value:.2f}",
        "change": f"{value:+.3f}",
        "shift": f"{100 * value:+.1f} points",
        "gain": f"{value:+.1f}",
    }[unit]
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def ends(figure: Figure, unit: Unit) -> str:
    """Write an interval; empty when there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (number(end, unit).removesuffix(" points") for end in (figure.low, figure.high))
    between = " to " if unit in _SIGNED or MINUS in low else NONE
    return f"{low.removesuffix(' %')}{between}{high}"


def shown(figure: Figure, unit: Unit) -> str:
    """Write a figure with its interval, as it stands in a sentence."""
    if figure.value is None:
        return f"not defined ({figure.note})" if figure.note else "not defined"
    interval = ends(figure, unit)
    return f"{number(figure.value, unit)} ({interval})" if interval else number(figure.value, unit)


def told(figure: Figure) -> str:
    """Write a figure between 0 and 1 with its interval in words."""
    interval = ends(figure, "score")
    if figure.value is None or not interval:
        return shown(figure, "score")
    return f"{number(figure.value, 'score')}, interval {interval}"


def cell(figure: Figure, unit: Unit, mark: Mark = "") -> Cell:
    """Write a figure as an entry of a table."""
    if figure.value is None:
        return Cell(NONE, figure.note, "quiet")
    return Cell(number(figure.value, unit), ends(figure, unit) or figure.note, mark)


def plural(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def series(names: Sequence[str]) -> str:
    """Join names as a sentence does."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
