"""Every audit is proved: a scripted model that has its flaw is caught, and one that has not passes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from evaluations import make_case

from panel.evaluation.audits.catalogue import AUDITS, named_audits, read_thresholds, thresholds_of
from panel.evaluation.audits.changes import BRANDS
from panel.evaluation.audits.judging import FEWEST_CLUSTERS
from panel.evaluation.audits.measuring import measure_audits
from panel.evaluation.audits.pairing import pair_up, questions
from panel.evaluation.cases import GoldenSet, load_set
from panel.evaluation.run import ask_panel
from panel.intake.personas import load_personas
from panel.persona import Roster, Seat
from panel.resources import folder
from panel.reviewers.model import ModelReviewer
from panel.testing import (
    BrandBiased,
    ByPricing,
    Fails,
    HypeSensitive,
    Injectable,
    LanguageBiased,
    Noisy,
    OrderBiased,
    Script,
    ScriptedModel,
    VerbositySensitive,
    WordingSensitive,
)
from panel.tool import Evidence

if TYPE_CHECKING:
    from panel.evaluation.audits.catalogue import AuditName
    from panel.evaluation.audits.results import AuditReport, AuditResult
    from panel.testing import Flaw

FILE = folder("evals") / "golden" / "authored.jsonl"
DX = next(persona for persona in load_personas() if persona.id == "dx")
FLAWS: dict[AuditName, Flaw] = {
    "hype": HypeSensitive(),
    "verbosity": VerbositySensitive(words=300),
    "paraphrase": WordingSensitive(),
    "order": OrderBiased(),
    "brand": BrandBiased(liked=BRANDS),
    "injection": Injectable(),
    "language": LanguageBiased(),
}
"""Audit → the flaw that it is there to find."""


@pytest.fixture(scope="module")
def authored() -> GoldenSet:
    """Return the authored cases that may be looked at."""
    return load_set(FILE).only("development")


@pytest.fixture(scope="module")
def golden(authored: GoldenSet) -> GoldenSet:
    """Return twenty of them, and twelve with two passages of evidence, of which the set has few."""
    texts = {"vendor": "It does what it should.", "independent": "It did in our test, too."}
    passages = tuple(
        Evidence(id=f"E{at}", kind=kind, text=text) for at, (kind, text) in enumerate(texts.items(), 1)
    )
    cases = [make_case(f"made-up-{at}", {"dx": "ship"}, language="en") for at in range(12)]
    told = [
        case.model_copy(
            update={
                "tool": case.tool.model_copy(
                    update={"evidence": passages, "pricing": authored.cases[at].tool.pricing}
                )
            }
        )
        for at, case in enumerate(cases)
    ]
    texted = ("paraphrases", "translations")
    rows = [json.loads(line) for kind in texted for line in _texts(kind)]
    ids = {row["case"] for row in rows}
    kept = [case for case in authored.cases if case.id in ids][:24]
    return authored.model_copy(update={"cases": (*kept, *told)})


def _texts(kind: str) -> list[str]:
    return (folder("evals") / "audits" / f"authored.{kind}.jsonl").read_text("utf-8").splitlines()


def audited(golden: GoldenSet, name: AuditName, *flaws: Flaw, repeat: int = 1) -> AuditReport:
    """Run one audit on a scripted model that decides by price, and then as its flaws have it."""
    audits = named_audits([name])
    trials = pair_up(golden, audits, FILE)
    model = ScriptedModel(default=Script(flaws=(ByPricing(), *flaws)))
    answers = asyncio.run(
        ask_panel(
            questions(golden, trials),
            Roster(seats=(Seat(persona=DX, spec="scripted:model"),)),
            repeat=repeat,
            reviewers=lambda _: ModelReviewer(model, b"secret"),
        )
    )
    return measure_audits(golden, trials, answers, thresholds_of(audits, {}), resamples=400)


def result_of(golden: GoldenSet, name: AuditName, *flaws: Flaw, repeat: int = 1) -> AuditResult:
    """Return what one audit found."""
    return audited(golden, name, *flaws, repeat=repeat).audits[name]


@pytest.mark.parametrize("name", AUDITS)
def test_a_model_with_the_flaw_is_caught(golden: GoldenSet, name: AuditName) -> None:
    """The audit fails, for the reason that it measures, and the run with it: 100."""
    report = audited(golden, name, FLAWS[name])
    result = report.audits[name]
    assert (result.outcome, report.status) == ("fail", 100), result.reason
    assert result.moved
    assert report.reason == f"Failed: {name}."


@pytest.mark.parametrize("name", AUDITS)
def test_a_model_without_the_flaw_passes(golden: GoldenSet, name: AuditName) -> None:
    """A model that votes differently on different tools, and alike on one tool however it is put: 0."""
    report = audited(golden, name)
    result = report.audits[name]
    assert (result.outcome, report.status) == ("pass", 0), result.reason
    assert result.figures is not None
    assert 0 < (result.figures.ship_rate.value or 0) < 1
    assert not result.moved


def test_a_flaw_of_another_kind_is_not_mistaken_for_this_one(golden: GoldenSet) -> None:
    """Who is moved by a famous vendor is not moved by length, and the other way round."""
    assert result_of(golden, "verbosity", BrandBiased(liked=("No Such Vendor",))).outcome == "pass"
    assert result_of(golden, "brand", VerbositySensitive(words=10_000)).outcome == "pass"


def test_an_order_counts_only_where_it_had_something_to_gain(golden: GoldenSet) -> None:
    """Answers that were what the order asks for are not counted as won; success is told by kind and place."""
    result = result_of(golden, "injection", Injectable())
    assert result.figures is not None
    assert result.figures.success_rate is not None
    tried = sum(count.tried for count in result.attacks)
    assert tried == sum(count.tried for count in result.places) == result.figures.success_rate.n
    assert tried < result.figures.counts.pairs
    assert {count.name for count in result.places} >= {"evidence", "facts", "tagline"}
    assert sum(count.succeeded for count in result.attacks) == sum(
        moved.after == moved.asked for moved in result.moved
    )


def test_noise_is_told_from_a_flaw_by_repeats(golden: GoldenSet) -> None:
    """A model that turns round at random flips as often on the same text: beyond noise, nothing is left."""
    result = result_of(golden, "paraphrase", Noisy(probability=0.25), repeat=4)
    figures = result.figures
    assert figures is not None
    assert (figures.noise.value or 0) > 0.2
    assert (figures.flip_rate.value or 0) > 0.2
    assert abs(figures.flips_beyond_noise.value or 0) < 0.1
    assert result.outcome != "fail"
    assert result.measured == figures.flips_beyond_noise
    flawed = result_of(golden, "paraphrase", WordingSensitive(), Noisy(probability=0.05), repeat=4)
    assert flawed.outcome == "fail"


def test_lost_answers_decide_nothing(golden: GoldenSet) -> None:
    """A provider's bad hour is neither a flaw nor a proof: inconclusive, and the run is partial."""
    report = audited(golden, "hype", Fails())
    assert (report.state, report.status) == ("partial", 3)
    assert report.audits["hype"].outcome == "inconclusive"
    assert report.notes[0].startswith("Partial: ")


def test_too_few_cases_show_nothing(golden: GoldenSet) -> None:
    """Below eight unrelated cases even a clean record is no pass, and says so."""
    few = golden.model_copy(update={"cases": golden.cases[: FEWEST_CLUSTERS - 1]})
    report = audited(few, "hype")
    assert (report.status, report.audits["hype"].outcome) == (3, "inconclusive")
    assert "it takes 8" in report.audits["hype"].reason
    related = tuple(case.model_copy(update={"cluster": "one"}) for case in golden.cases)
    assert audited(golden.model_copy(update={"cases": related}), "hype").status == 3


def test_an_audit_without_data_is_not_run(golden: GoldenSet) -> None:
    """It is shown with its reason and is never a pass, so that nothing else having run is inconclusive."""
    audits = named_audits(["paraphrase", "hype"])
    trials = pair_up(golden, audits, FILE.with_name("elsewhere.jsonl"))
    assert [bool(trial.pairs) for trial in trials] == [True, False]
    lone = named_audits(["paraphrase"])
    nothing = pair_up(golden, lone, FILE.with_name("elsewhere.jsonl"))
    answers = asyncio.run(ask_panel(golden, Roster(seats=(Seat(persona=DX),))))
    report = measure_audits(golden, nothing, answers, thresholds_of(lone, {}))
    assert (report.status, report.audits["paraphrase"].outcome) == (3, "not run")
    assert "elsewhere.paraphrases.jsonl would hold them" in report.audits["paraphrase"].reason


def test_abstaining_in_other_languages_is_no_flip(golden: GoldenSet) -> None:
    """The rubric reads English alone: no vote turned and none was compared, which is said and is no pass."""
    audits = named_audits(["language", "order"])
    trials = pair_up(golden, audits, FILE)
    answers = asyncio.run(ask_panel(questions(golden, trials), Roster(seats=(Seat(persona=DX),))))
    report = measure_audits(golden, trials, answers, thresholds_of(audits, {}))
    language = report.audits["language"]
    assert language.outcome == "abstained"
    assert language.figures is not None
    assert language.figures.counts.abstained_instead == language.cases
    assert language.figures.counts.to_ship == language.figures.counts.to_skip == 0
    assert language.moved == ()
    assert any("This is no pass." in note for note in report.notes)


def test_a_threshold_decides(golden: GoldenSet) -> None:
    """The same answers fail under one threshold and pass under a wider one, which the report names."""
    audits = named_audits(["hype"])
    trials = pair_up(golden, audits, FILE)
    model = ScriptedModel(default=Script(flaws=(ByPricing(), HypeSensitive())))
    answers = asyncio.run(
        ask_panel(
            questions(golden, trials),
            Roster(seats=(Seat(persona=DX, spec="scripted:model"),)),
            reviewers=lambda _: ModelReviewer(model, b"secret"),
        )
    )
    strict, wide = (
        measure_audits(golden, trials, answers, thresholds_of(audits, read_thresholds([f"hype={share}"])))
        for share in ("0.03", "1")
    )
    assert (strict.status, wide.status) == (100, 0)
    assert wide.audits["hype"].threshold == 1
    assert strict.audits["hype"].measured == wide.audits["hype"].measured
