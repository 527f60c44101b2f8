"""What every format shows of a batch, in words: the result first, then what needs a look, then the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from panel.render.wording import moment, plural
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.batch.report import BatchReport, BatchRow, Ending

Mark = Literal["ship", "skip", "abstained", "failed", "quiet"]

ENDINGS: dict[Ending, str] = {
    "finished": "FINISHED",
    "queued": "QUEUED",
    "limit": "LIMIT REACHED",
    "interrupted": "INTERRUPTED",
    "budget": "BUDGET SPENT",
    "ledger": "LEDGER FAILED",
}
_LABELS: dict[str, Mark] = {"Ship": "ship", "Mixed": "abstained", "Skip": "skip"}
HEAD = ("Result", "Panel", "Tool", "Votes", "Where")


@dataclass(frozen=True)
class BatchLine:
    """One submission, as a row of the table."""

    word: str
    """SHIP, MIXED, SKIP, or why there is no label."""
    mark: Mark
    pct: float | None
    name: str
    about: str
    """How the votes fell, or what was wrong."""
    place: str

    @property
    def share(self) -> str:
        """The panel percentage in words; a dash where there is none."""
        return "–" if self.pct is None else f"{self.pct:.1f}%"


@dataclass(frozen=True)
class BatchSheet:
    """A batch, ready to be laid out; every string has been made visible."""

    headline: str
    tone: Literal["ship", "mixed", "skip", "none"]
    about: tuple[str, ...]
    caveats: tuple[str, ...]
    lines: tuple[BatchLine, ...]
    version: str


def arrange_batch(report: BatchReport) -> BatchSheet:
    """Put a batch into words."""
    counts = report.counts
    labels = [f"{counts.ship:,} ship", f"{counts.mixed:,} mixed", f"{counts.skip:,} skip"]
    labels += [f"{counts.no_quorum:,} without a quorum"] if counts.no_quorum else []
    headline = f"{ENDINGS[report.ending]} · {plural(counts.submissions, 'submission')} · {', '.join(labels)}"
    clean = all(check.state == "skipped" for check in report.canaries)
    sound = clean and report.ending == "finished"
    sound = sound and not (counts.no_quorum or counts.partial or counts.unusable)
    return BatchSheet(
        headline=headline,
        tone="ship" if sound else "none",
        about=tuple(map(visible, _about(report))),
        caveats=tuple(_caveats(report)),
        lines=tuple(map(_line, report.rows)),
        version=report.version,
    )


def _about(report: BatchReport) -> Iterator[str]:
    counts = report.counts
    fates = [f"{counts.reviewed:,} reviewed now"]
    fates += [f"{counts.stood:,} stood from before"] if counts.stood else []
    fates += [f"{counts.repeated:,} the same as an earlier one"] if counts.repeated else []
    yield ", ".join(fates)
    cost = "an unknown sum" if counts.cost_usd is None else f"US$ {counts.cost_usd:.4f}"
    yield f"{plural(counts.calls, 'model call')} for {cost}" if counts.calls else "No model call"
    if report.canaries and all(check.state == "skipped" for check in report.canaries):
        bad = plural(len(report.canaries), "submission")
        yield f"{bad} known to be bad rode along and got no vote to ship"
    yield f"Panel: {'offline rubric, no language model' if report.panel == 'rubric' else report.panel}"
    yield f"{', '.join(report.sources)} · {moment(report.started_at)} to {moment(report.ended_at)}"


def _caveats(report: BatchReport) -> Iterator[str]:
    counts = report.counts
    yield from (visible(check.sentence) for check in report.canaries if check.state != "skipped")
    if counts.left and report.ending == "queued":
        yield f"{plural(counts.left, 'submission')} in the queue; without --detach it waits for them."
    elif counts.left:
        verb = "was" if counts.left == 1 else "were"
        yield f"{plural(counts.left, 'submission')} {verb} not reached."
    if counts.unusable:
        yield f"{plural(counts.unusable, 'submission')} could not be used; the table says why."
    if counts.partial:
        yield f"{plural(counts.partial, 'panel')} had a seat that failed."
    if counts.no_quorum:
        yield f"{plural(counts.no_quorum, 'panel')} had too few votes for a percentage."
    if counts.changed:
        yield f"{plural(counts.changed, 'tool')} had changed since an earlier review and got a new revision."


def _line(row: BatchRow) -> BatchLine:
    word, mark = _word(row)
    return BatchLine(
        word=word,
        mark=mark,
        pct=row.ship_pct,
        name=visible(row.name or ""),
        about=visible(row.detail) if row.detail else ", ".join(_votes(row)),
        place=visible(row.place),
    )


def _word(row: BatchRow) -> tuple[str, Mark]:
    if row.fate == "unusable":
        return "UNUSABLE", "failed"
    if row.fate == "repeated":
        return "REPEATED", "quiet"
    if row.label is None:
        return "NO QUORUM", "failed"
    return row.label.upper(), _LABELS[row.label]


def _votes(row: BatchRow) -> Iterator[str]:
    yield f"{row.ships} ship"
    yield f"{row.skips} skip"
    if row.abstained:
        yield f"{row.abstained} abstained"
    if row.failed:
        reasons = ", ".join(dict.fromkeys(row.failures))
        yield f"{row.failed} failed ({reasons})" if reasons else f"{row.failed} failed"
    if row.changed:
        yield f"revision {row.revision}"
    if row.fate == "stood":
        yield f"stood since {row.reviewed_at:%Y-%m-%d}"
