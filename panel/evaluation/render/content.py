"""What a report says, block by block and in order, before any format writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.evaluation.render import agreement, record, worth
from panel.evaluation.render.sheet import Cell, Mark, Points, Section, Sheet, Table, Tone
from panel.evaluation.render.wording import NONE, language, number, plural, series, shown, told
from panel.render.content import map_text, prose
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.canary import CanaryState
    from panel.evaluation.gate import Check, Gate
    from panel.evaluation.measured import Measured

_OUTCOMES: dict[int, tuple[str, Tone]] = {
    0: ("passed", "ship"),
    3: ("not sure", "mixed"),
    100: ("failed", "skip"),
}


def arrange_report(measured: Measured) -> Sheet:
    """Lay a report out as content, with every string made visible on one line."""
    report, gate = measured.report, measured.gate
    tone: Tone = "mixed" if report.state == "partial" else "none"
    headline = report.headline
    if gate is not None:
        word, tone = _OUTCOMES[gate.status]
        headline = f"GATE {word.upper()} · {headline}"
    if any(check.state == "shipped" for check in measured.canaries):
        headline, tone = f"CANARY SHIPPED · {headline}", "skip"
    sheet = Sheet(
        headline=headline,
        tone=tone,
        title=_title(measured),
        about=_about(measured),
        answers=tuple(_answers(measured)),
        caveats=tuple(_caveats(measured)),
        sections=(
            *([_gate(gate)] if gate else []),
            *([_canaries(measured)] if measured.canaries else []),
            agreement.glance(measured),
            agreement.beside(measured),
            agreement.errors(measured),
            worth.scores(measured),
            worth.percentage(measured),
            worth.members(measured),
            *worth.moves(measured),
            *agreement.groups(measured),
            record.spending(report.panel.spending, len(measured.answers.answers)),
            record.disagreements(measured),
            record.glossary(),
            record.provenance(report.provenance, report.golden, measured.names),
        ),
        version=report.provenance.version,
    )
    return map_text(sheet, lambda text: visible(prose(text)))


def _title(measured: Measured) -> str:
    split = f", split {measured.golden.split}" if measured.golden.split else ""
    name = "The offline rubric" if measured.is_rubric else measured.answers.name
    return f"{name} on the set {measured.golden.name}{split}"


def _about(measured: Measured) -> str:
    golden = measured.report.golden
    people = ", ".join(measured.names.values())
    decided = sum(part.counts.scored for part in measured.report.personas.values())
    return (
        f"Each persona of a review panel ({people}) reads the description of a tool and says ship or skip. "
        f"The {plural(golden.cases, 'case')} of this set had been decided beforehand, persona by persona; "
        f"those decisions are called gold. This is how far the two agree, over {plural(decided, 'decision')}."
    )


def _answers(measured: Measured) -> Iterator[str]:
    """Say in plain sentences what the figures come to, the chief one first."""
    panel = measured.report.panel
    mean, skip = panel.mean_balanced_accuracy, panel.mean_skip_recall
    if mean.value is not None:
        beyond = "That cannot be told from always saying the same, which has 50."
        if mean.low is not None and mean.low > 0.5:
            beyond = "That is better than always saying the same, which has 50."
        if mean.high is not None and mean.high < 0.5:
            beyond = "That is worse than always saying the same, which has 50."
        yield (
            f"With ships and skips weighed alike, {100 * mean.value:.0f} % of decisions are gold's: "
            f"balanced accuracy {told(mean)}. {beyond}"
        )
    if skip.value is not None:
        rate = panel.ship_rate.value
        flattering = rate is not None and rate >= 0.85 and skip.value < 0.35
        flatters = " The panel flatters: it ships nearly everything." if flattering else ""
        yield (
            f"Of what gold skips, {100 * skip.value:.0f} % is skipped: skip recall {told(skip)}.{flatters}"
        )
    if measured.against_rubric is not None:
        change = measured.against_rubric.panel.mean_balanced_accuracy
        verdict = {
            "second is better": "it is better",
            "first is better": "it is worse",
            "no difference shown": "no difference shown",
        }[measured.against_rubric.outcome]
        yield f"Against the offline rubric on the same cases: {shown(change, 'change')}, {verdict}."
    if measured.apart is not None:
        yield _apart(measured)


def _apart(measured: Measured) -> str:
    apart = measured.apart
    if apart is None:
        return ""
    names = [language(code) for code in apart.languages]
    mean = apart.report.panel.mean_balanced_accuracy
    skip = apart.report.panel.mean_skip_recall
    count = measured.report.golden.cases - apart.report.golden.cases
    return (
        f"The offline rubric reads English and gives no verdict in {series(names)} "
        f"({plural(count, 'case')}), which counts as an error above. Without those cases: balanced accuracy "
        f"{told(mean)}; skip recall {told(skip)}."
    )


def _caveats(measured: Measured) -> Iterator[str]:
    yield from measured.report.notes
    panel = measured.report.panel
    gold = panel.gold_ship_rate.value
    if gold is not None and not 0.25 <= gold <= 0.75:
        word, share = ("ships", gold) if gold > 0.5 else ("skips", 1 - gold)
        yield (
            f"Gold {word} {number(share, 'share')} of its cases, so whoever always {word} is right in "
            f"{number(share, 'share')} of them. Read balanced accuracy, not accuracy."
        )


def _canaries(measured: Measured) -> Section:
    def voters(personas: Iterable[str]) -> str:
        return ", ".join(measured.names.get(persona, persona) for persona in personas) or NONE

    marks: dict[CanaryState, Mark] = {"skipped": "ship", "shipped": "skip", "not judged": "abstained"}
    rows = tuple(
        (
            Cell(check.tool, check.id),
            Cell(check.state, mark=marks[check.state]),
            Cell(voters(check.skipped_by)),
            Cell(voters(check.shipped_by)),
            Cell(voters(check.without_vote)),
        )
        for check in measured.canaries
    )
    return Section(
        "canaries",
        "Canaries",
        "Submissions known to be bad rode along and had to be skipped by everybody who voted. Their answers "
        "are in no figure.",
        (Table("What became of them", ("Canary", "Outcome", "Skipped by", "Shipped by", "No vote"), rows),),
    )


def _gate(gate: Gate) -> Section:
    held = f" Held to the baseline {gate.baseline}." if gate.baseline else ""
    return Section(
        "gate",
        "The gate",
        f"{gate.reason}{held}",
        (
            Table(
                "What was asked of this run",
                ("Figure", "Outcome", "Found", "Limit"),
                tuple(_check(check) for check in gate.checks),
            ),
            Points(tuple(f"{check.reason}." for check in gate.checks)),
        ),
    )


def _check(check: Check) -> tuple[Cell, ...]:
    word, tone = _OUTCOMES[check.status]
    unit = "change" if check.against == "baseline" else "score"
    kind = "change against the baseline" if check.against == "baseline" else "the figure itself"
    mark = {"ship": "ship", "mixed": "abstained", "skip": "skip"}[tone]
    return (
        Cell(check.figure, kind),
        Cell(word, mark=mark),  # type: ignore[arg-type]  # a tone's colour is a mark's
        Cell(shown(check.now, unit)),  # type: ignore[arg-type]  # one of the units
        Cell(number(check.limit, unit)),  # type: ignore[arg-type]  # likewise
    )
