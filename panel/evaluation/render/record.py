"""The sections of a report that list: costs, disagreements, terms, and how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panel.evaluation.render.sheet import (
    Entries,
    Entry,
    Points,
    Prose,
    Section,
    Terms,
)
from panel.evaluation.render.wording import (
    MEANINGS,
    language,
    plural,
    word,
)
from panel.render.sheet import Item
from panel.render.wording import moment, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.evaluation.measured import Measured
    from panel.evaluation.report import Disagreement, Provenance, SetCard, Spending


def spending(spent: Spending, answers: int) -> Section:
    """Show what so many answers took."""
    cost = "unknown"
    if spent.cost_usd is not None:
        cost = f"US$ {spent.cost_usd:.4f}" if spent.cost_usd else "nothing"
    elif spent.cost_known:
        cost = f"unknown for {plural(answers - spent.cost_known, 'answer')}"
    waits = ", ".join(f"{name} {value:.2f} s" for name, value in spent.latency_s.items())
    return Section(
        "spending",
        "What it took",
        "All answers, repeats and failures included; answers re-used from the ledger count with what "
        "they took when they were given.",
        (
            Terms(
                (
                    Item("Answers", f"{answers:,}"),
                    Item("Model calls", f"{spent.calls:,}"),
                    Item("Tokens", f"{spent.input_tokens:,} read, {spent.output_tokens:,} written"),
                    Item("Cost", cost),
                    Item("Time for an answer", waits or "not recorded"),
                )
            ),
        ),
    )


def disagreements(measured: Measured) -> Section:
    """List every case on which a persona did not say what gold says."""
    found = measured.report.disagreements
    blocks: list[Any] = []
    for persona, name in measured.names.items():
        own = tuple(_entry(each) for each in found if each.persona == persona)
        if own:
            blocks.append(Entries(f"{name}: {plural(len(own), 'disagreement')}", own))
    if not blocks:
        blocks.append(Prose("There is none.", "quiet"))
    return Section(
        "disagreements",
        f"Every disagreement ({len(found):,})",
        "Read these before you trust a figure: some will turn out to be gold's mistakes.",
        tuple(blocks),
    )


def glossary() -> Section:
    """Explain the terms."""
    items = tuple(Item(term, meaning) for term, meaning in MEANINGS.items())
    return Section("glossary", "What the words mean", "", (Terms(items),))


def provenance(made: Provenance, golden: SetCard, names: Mapping[str, str]) -> Section:
    """Say how a report came to be.

    Args:
        made: what it was made of.
        golden: the cases it is about.
        names: persona id → its name.
    """
    split = f", split {golden.split}" if golden.split else ""
    clusters = f"{plural(golden.cases, 'case')} in {plural(golden.clusters, 'cluster')}"
    items = [
        Item("Measured", f"{moment(made.measured_at)} by shippanel {made.version}"),
        Item("Golden set", f"{golden.name} {short(golden.digest)}{split}, {clusters}"),
        Item("Gold from", ", ".join(golden.sources) or "not said"),
        Item("Answers", f"{made.answers} {short(made.answers_digest)}"),
        Item("Reviewers", ", ".join(made.specs) or "not said"),
        Item("Engines", ", ".join(made.engines) or "not said"),
        *([Item("Served by", ", ".join(made.served_models))] if made.served_models else []),
        *(
            Item(f"Persona {names.get(persona, persona)}", short(digest))
            for persona, digest in made.persona_digests.items()
        ),
        Item("Intervals", f"{made.method} {made.resamples:,} resamples, seed {made.seed}."),
    ]
    notes = []
    if "rubric" in made.specs:
        notes.append(
            "Offline rubric, no language model: fixed rules composed these verdicts from the words of the "
            "submissions."
        )
    if golden.sources == ("authored",):
        notes.append(
            "The tools of this set are fictional and were written, with their verdicts, for this purpose."
        )
    return Section(
        "provenance",
        "How this was made",
        "",
        (Terms(tuple(items)), *([Points(tuple(notes))] if notes else [])),
    )


def _entry(each: Disagreement) -> Entry:
    facts = [
        each.case,
        language(each.language) if each.language else "",
        each.difficulty,
        "" if each.score is None else f"score {each.score:.0f}",
        each.reason,
        f"gold from {each.source}",
    ]
    return Entry(
        title=each.tool,
        about=" · ".join(fact for fact in facts if fact),
        first_label="gold",
        first=word(each.expected),
        second_label="verdict",
        second=word(each.decision),
        because=each.gold_reason,
        quote=each.quote,
    )
