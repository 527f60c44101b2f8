"""Simulate how often the 95 % intervals of a report hold the true figure, and write docs/coverage.md.

    python scripts/coverage.py            simulate 1,000 panels of each kind, write the page (ten minutes)
    python scripts/coverage.py 100        simulate fewer, and only print

A synthetic panel has four personas, three repeats and one kind of tool: gold and errors depend on the tool,
some tools being good, or hard, for everybody. Related tools share more than unrelated ones. What is measured
is what `eval score` reports, by the same code; the truth is the same figure over very many tools.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from panel.evaluation.cases import GoldenCase
from panel.evaluation.intervals import CONFIDENCE, Resampling
from panel.evaluation.panel_figures import panel_report
from panel.evaluation.persona_figures import Study, persona_report
from panel.evaluation.table import ABSTAIN, SHIP, SKIP, Table
from panel.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.evaluation.report import Figure
    from panel.evaluation.statistics import Floats

PAGE = Path(__file__).resolve().parent.parent / "docs/coverage.md"
PERSONAS = ("dx", "competitive", "futurist", "business")
PANELS, RESAMPLES, TRUE_TOOLS, REPEATS = 1_000, 1_000, 30_000, 3
SHARED = 0.3
"""How much of what makes a tool good, or hard, is the tool's and not the persona's; the same for families."""
WANTED = (0.93, 0.97)


@dataclass(frozen=True)
class Kind:
    """One kind of panel."""

    tools: int
    per_cluster: int
    error: float
    """The share of cases a persona gets wrong."""

    @property
    def name(self) -> str:
        """What the kind is called at the head of its column."""
        clusters = self.tools // self.per_cluster
        return f"{self.tools} tools in {clusters}, {100 * self.error:.0f} % wrong"


KINDS = (Kind(48, 1, 0.25), Kind(100, 1, 0.25), Kind(96, 2, 0.25), Kind(48, 1, 0.1), Kind(100, 1, 0.1))
PERSONA = (
    *("balanced_accuracy", "mcc", "kappa", "ship_recall", "skip_recall", "accuracy", "ship_rate"),
    *("coverage", "balanced_accuracy_when_voting", "flip_rate"),
)
PANEL = (
    *("mean_balanced_accuracy", "mean_ship_recall", "mean_skip_recall", "balanced_accuracy", "mcc", "kappa"),
    *("ship_recall", "skip_recall", "accuracy", "ship_rate", "coverage", "flip_rate", "between_disagreement"),
    *("distinctiveness", "error_correlation", "effective_votes", "panel_pct_error", "label_accuracy"),
)


def make_cases(tools: int, per_cluster: int) -> tuple[GoldenCase, ...]:
    """Make cases that differ in nothing but their cluster: the arrays say the rest."""
    tool = Tool(slug="tool", name="Tool", description="A tool.")
    return tuple(
        GoldenCase(
            id=f"case-{at}", tool=tool, expected={"dx": None}, source="", cluster=f"c{at // per_cluster}"
        )
        for at in range(tools)
    )


def synthetic(kind: Kind, cases: tuple[GoldenCase, ...], generator: np.random.Generator) -> Table:
    """Draw one panel: gold ships half; a persona errs in a share, is silent in some, and flips some."""
    tools = len(cases)

    def latent() -> Floats:
        own = generator.normal(size=(len(PERSONAS), tools))
        shared = generator.normal(size=tools)
        if kind.per_cluster > 1:
            family = np.repeat(generator.normal(size=-(-tools // kind.per_cluster)), kind.per_cluster)[:tools]
            shared = math.sqrt(SHARED) * family + math.sqrt(1 - SHARED) * shared
        mixed: Floats = math.sqrt(SHARED) * shared + math.sqrt(1 - SHARED) * own
        return mixed

    gold = np.where(latent() < 0, SHIP, SKIP)
    hard = latent()
    # What is drawn anew in each repeat makes a tenth of the difficulty, so that repeats flip now and then.
    noise = generator.normal(size=(REPEATS, *hard.shape))
    wrong = math.sqrt(0.9) * hard + math.sqrt(0.1) * noise < float(ndtri(kind.error))
    silent = generator.random(wrong.shape) < 0.05
    said = np.where(silent, ABSTAIN, np.where(wrong, SHIP + SKIP - gold, gold)).astype(np.int8)
    score = np.clip(
        50 + 25 * np.where(said[0] == SHIP, 1, -1) + 10 * generator.normal(size=gold.shape), 0, 100
    )
    return Table(
        cases=cases,
        personas=PERSONAS,
        gold=gold.astype(np.int8),
        said=said[0],
        scores=np.where(said[0] == ABSTAIN, np.nan, score),
        ships=(said == SHIP).sum(0).astype(np.float64),
        skips=(said == SKIP).sum(0).astype(np.float64),
        rows={},
        answers=((),) * len(PERSONAS),
        unknown_cases={},
        unknown_personas={},
        elsewhere=0,
    )


def figures_of(table: Table, resampling: Resampling | None) -> Iterator[tuple[str, Figure]]:
    """Measure a panel: every figure that a report shows with an interval, by name."""
    study = Study(table=table, baselines={}, moves={}, resampling=resampling)
    persona, panel = persona_report(study, 0), panel_report(study)
    for name in PERSONA:
        yield f"persona: {name}", getattr(persona, name)
    if persona.reliability is not None:
        yield "persona: brier", persona.reliability.brier
    for name in PANEL:
        yield f"panel: {name}", getattr(panel, name)


def simulate(kind: Kind, panels: int) -> dict[str, float]:
    """Return, by figure, the share of panels whose interval holds the truth."""
    truth = {
        name: figure.value or 0.0
        for name, figure in figures_of(
            synthetic(kind, make_cases(TRUE_TOOLS, kind.per_cluster), np.random.default_rng(99)), None
        )
    }
    cases = make_cases(kind.tools, kind.per_cluster)
    drawn, generator = Resampling(0, RESAMPLES), np.random.default_rng(kind.tools)
    held = dict.fromkeys(truth, 0)
    for _ in range(panels):
        for name, figure in figures_of(synthetic(kind, cases, generator), drawn):
            if figure.low is not None and figure.high is not None:
                held[name] += figure.low <= truth[name] <= figure.high
    return {name: count / panels for name, count in held.items()}


def table_of(found: dict[str, dict[str, float]]) -> str:
    """Write the result as a table, what lies outside the wanted range in bold."""
    kinds = list(found)
    rows = [f"| figure | {' | '.join(kinds)} |", f"|---|{'---|' * len(kinds)}"]
    for name in next(iter(found.values())):
        shares = (found[kind][name] for kind in kinds)
        rows.append(f"| {name.replace('_', ' ')} | {' | '.join(map(_shown, shares))} |")
    return "\n".join(rows)


def _shown(share: float) -> str:
    text = f"{100 * share:.1f} %"
    return text if WANTED[0] <= share <= WANTED[1] else f"**{text}**"


def page_of(found: dict[str, dict[str, float]]) -> str:
    """Write the page."""
    kept = [WANTED[0] <= share <= WANTED[1] for shares in found.values() for share in shares.values()]
    return (
        "# How often the intervals hold the truth\n\n"
        f"Written by `make coverage`, which simulates {PANELS:,} panels of each kind and measures them with "
        f"the\ncode of `eval score` ({RESAMPLES:,} resamples). An interval of {100 * CONFIDENCE:.0f} % "
        f"should hold the true figure in {100 * WANTED[0]:.0f} to {100 * WANTED[1]:.0f} %\n"
        "of them; chance alone moves a share by 1.4 points either way. "
        f"{sum(kept)} of {len(kept)} are inside, the others in bold.\n\n"
        "A column says how many tools there are, in how many clusters, and how often a persona is wrong. "
        "Whether\ntwo personas err together rests on few cases when errors are rare: there the intervals "
        "are too narrow,\nand the error correlation and the effective votes are to be read as hints.\n\n"
        f"{table_of(found)}\n"
    )


def main(arguments: list[str]) -> int:
    """Simulate all kinds; write the page, or print it when fewer panels were asked for."""
    panels = int(arguments[0]) if arguments else PANELS
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        print(f"simulating {kind.name} …", file=sys.stderr)
        found[kind.name] = simulate(kind, panels)
    if panels != PANELS:
        print(table_of(found))
    else:
        PAGE.write_text(page_of(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
