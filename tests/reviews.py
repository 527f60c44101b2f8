"""Made-up reviews taken through a real ledger, shared by the tests of everything that reads one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cards import NOON, PERSONAS, make_card, make_persona, make_tool, make_verdict

from panel.ledger import key_inputs, new_run_id, reference

if TYPE_CHECKING:
    from panel.ledger import Ledger
    from panel.scorecard import Scorecard
    from panel.tool import Tool
    from panel.verdict import Outcome

RUBRIC = {"engine": "rubric", "engine_version": "1"}


def ask(persona: str, sample: int = 0, tool: Tool | None = None) -> dict[str, Any]:
    """Return the inputs of a question put to the offline reviewer."""
    return key_inputs(tool or make_tool(), make_persona(persona), RUBRIC, sample)


def review(
    ledger: Ledger,
    tool: Tool,
    *answers: Outcome,
    minute: int = 0,
    **changes: Any,  # noqa: ANN401  # any argument of `tally`
) -> Scorecard:
    """Take a tool through the ledger as a review does; without answers, three ship and one skips."""
    place = ledger.enrol(tool)
    tool = tool.model_copy(update={"slug": place.slug})
    outcomes = answers or tuple(make_verdict(p, "skip" if p == "business" else "ship") for p in PERSONAS)
    inputs = {outcome.persona: ask(outcome.persona, tool=tool) for outcome in outcomes}
    standing = [ledger.keep(inputs[outcome.persona], outcome) for outcome in outcomes]
    moment = NOON + timedelta(minutes=minute)
    card = make_card(
        *standing, tool=tool, revision=place.revision, run=new_run_id(), **{"reviewed_at": moment, **changes}
    )
    ledger.keep_run(card, {o.persona: [reference(inputs[o.persona], o)] for o in standing})
    return card
