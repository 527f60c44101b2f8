"""Builders of made-up pairs of scorecards, shared by the tests of everything that compares."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import cards
from cards import make_card, make_tool, make_verdict

from panel.comparison import compare
from panel.tool import Evidence, Fact, Pricing
from panel.verdict import Citation, CriterionScore, Finding

if TYPE_CHECKING:
    from panel.comparison import Comparison
    from panel.scorecard import Scorecard
    from panel.tool import Tool

AVATAR = (
    "Mirror puts a talking face on a web page. It is meant for product teams with a support desk. The vendor "
    "claims a latency below 500 milliseconds. Faces are rendered in the cloud; there is no deployment on the "
    "customer's own premises. Billing is by usage: credits are consumed by the minute. Alternatives named in "
    "reviews include Facet's studio, Talky and the Visage API."
)
READER = (
    "Lantern reads logs on the machine that holds them. It is meant for engineers on call. Reviews name "
    "files beyond a terabyte as a limit. Alternatives named in reviews include Tailstorm and Logbook 2."
)
DISPUTE = Finding(
    rule="contradictory-figures",
    field="E1",
    excerpt="an answer took 1–2 s",
    detail="On latency, description says “below 500 milliseconds” and E1 says “1–2 s”; both cannot hold.",
)


def reader(**changes: Any) -> Tool:  # noqa: ANN401  # any field of a tool
    """An open tool that runs on the user's machine and states little about itself."""
    return make_tool(**{"description": READER, **changes})


def avatar(**changes: Any) -> Tool:  # noqa: ANN401  # any field of a tool
    """A paid tool in the cloud, with a claim that its evidence contradicts."""
    fields: dict[str, Any] = {
        "slug": "mirror",
        "name": "Mirror",
        "tagline": "A talking face for every page",
        "pricing": Pricing(model="paid", entry="Usage credits"),
        "licence": "",
        "url": "https://mirror.example/",
        "description": AVATAR,
        "facts": {
            "deployment": Fact(
                value="Cloud; no on-premises option", source="review", as_of=date(2026, 5, 21)
            ),
            "latency": Fact(value="under 500", unit="ms", source="vendor's claim"),
            "bandwidth": Fact(value="1–2", unit="Mbps"),
        },
        "evidence": (Evidence(id="E1", kind="vendor", text="We found that an answer took 1–2 s."),),
    }
    return make_tool(**{**fields, **changes})


def scored(persona: str, decision: Any, *levels: int, score: float | None = None) -> Any:  # noqa: ANN401  # a verdict
    """A verdict whose criteria have the given levels; its score follows from them unless given."""
    parts = cards.make_persona(persona).criteria
    criteria = tuple(
        CriterionScore(
            id=part.id,
            score=level,
            because=f"Level {level} of {part.name}.",
            quotes=(Citation(text="reads logs", source="description"),) if level > 2 else (),
        )
        for part, level in zip(parts, levels, strict=True)
    )
    reached = cards.make_persona(persona).score({s.id: s.score for s in criteria})
    return make_verdict(persona, decision, reached if score is None else score, criteria=criteria)


def reader_card(**changes: Any) -> Scorecard:  # noqa: ANN401  # any argument of `tally`
    """Four ships, high on every criterion of Developer experience."""
    return make_card(
        scored("dx", "ship", 4, 4, 3),
        scored("competitive", "ship", 3, 3, 2),
        scored("futurist", "ship", 3, 2, 3),
        scored("business", "ship", 3, 2, 2),
        tool=reader(),
        **changes,
    )


def avatar_card(**changes: Any) -> Scorecard:  # noqa: ANN401  # any argument of `tally`
    """Three ships and a skip, with a contradiction among its figures."""
    arguments: dict[str, Any] = {"findings": (DISPUTE,), **changes}
    return make_card(
        scored("dx", "ship", 2, 1, 3),
        scored("competitive", "ship", 3, 3, 2),
        scored("futurist", "ship", 3, 3, 3),
        scored("business", "skip", 1, 0, 4),
        tool=avatar(),
        **arguments,
    )


def pair() -> Comparison:
    """The avatar beside the reader: the reader wins."""
    return compare([avatar_card(), reader_card()])


def degraded_pair() -> Comparison:
    """A card without quorum beside one with a failure, with every block there is."""
    lost = cards.no_quorum().model_copy(update={"tool": avatar_card().tool})
    return compare([lost, cards.partial()])


def skipped_pair() -> Comparison:
    """Two tools that the panel skips."""
    skips = [make_verdict(persona, "skip") for persona in cards.PERSONAS]
    return compare([make_card(*skips, tool=avatar()), make_card(*skips, tool=reader())])


def five() -> Comparison:
    """Five tools, one of them judged by a fifth persona too."""
    others = [make_card(tool=reader(slug=f"other-{n}", name=f"Other {n}")) for n in range(2)]
    fifth = make_card(
        *(make_verdict(persona, "ship") for persona in (*cards.PERSONAS, "night-shift")),
        tool=reader(slug="fifth", name="Fifth", licence="", facts={}, tagline=""),
    )
    return compare([reader_card(), avatar_card(), *others, fifth])
