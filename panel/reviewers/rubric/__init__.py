"""The offline reviewer: a persona's criteria applied by fixed rules, with no model and no network.

It is deterministic and explainable, and it is the baseline that every model must beat. It never claims
more than it read: with too little text, or in a language its signals do not know, it abstains.
"""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from panel.reviewers.findings import form_findings
from panel.reviewers.rubric.assessment import Assessment, assess, conditions, criterion_scores
from panel.reviewers.rubric.extraction import is_english
from panel.reviewers.rubric.matching import Lexicon
from panel.reviewers.rubric.prose import Composer
from panel.reviewers.rubric.statements import statements
from panel.verdict import Abstention, Provenance, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.persona import Persona
    from panel.reviewers.rubric.statements import Statement
    from panel.tool import Tool
    from panel.verdict import Outcome

SPEC = "rubric"
LEAST_FOR_LANGUAGE = 15
"""Words of description below which its language is not judged."""
LEAST_WORDS = 40
"""Words of description below which a submission has to speak to half of a persona's criteria."""


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Digest of the rules themselves: the source of this package, as 12 hexadecimal digits."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


class RubricReviewer:
    """Plays any persona whose criteria carry signals."""

    spec = SPEC

    def __init__(self) -> None:
        self._lexicons: dict[str, Lexicon] = {}
        self._latest: tuple[str, tuple[Statement, ...]] = ("", ())

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:  # noqa: ARG002 - the reviewer's contract
        """Name what an answer depends on besides tool and persona: the rules and the signals."""
        return {"engine": SPEC, "engine_version": engine_version(), "signals": persona.offline_digest}

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer for one persona; the same words always get the same answer."""
        started = time.perf_counter()
        read = self._statements(tool)
        provenance = Provenance(
            engine=SPEC,
            engine_version=engine_version(),
            spec=SPEC,
            persona_digest=persona.digest,
            cost_usd=0.0,
            sample=sample,
            created_at=datetime.now(UTC),
        )
        outcome = self._answer(persona, tool, read, provenance)
        elapsed = round(time.perf_counter() - started, 6)
        return outcome.model_copy(update={"provenance": provenance.model_copy(update={"latency_s": elapsed})})

    def _answer(
        self, persona: Persona, tool: Tool, read: Sequence[Statement], provenance: Provenance
    ) -> Outcome:
        if not persona.works_offline:
            detail = f"{persona.name} has no signals for the offline rubric; give this seat a model."
            return Abstention(
                persona=persona.id,
                reason="insufficient-information",
                detail=detail,
                missing=("signals for every criterion and move in the persona file",),
                provenance=provenance,
            )
        if len(tool.description.split()) >= LEAST_FOR_LANGUAGE and not is_english(read):
            detail = "The offline rubric reads English only; this description does not seem to be English."
            return Abstention(
                persona=persona.id,
                reason="insufficient-information",
                detail=detail,
                missing=("a description in English, or a language model for this seat",),
                provenance=provenance,
            )
        assessment = assess(persona, self._lexicon(persona).hits(read))
        said = len(persona.criteria) - len(assessment.silent)
        words = len(tool.description.split())
        if not said or (words < LEAST_WORDS and 2 * said < len(persona.criteria)):
            asked = len(persona.criteria)
            detail = (
                f"The description has {words} words and speaks to {said} of {asked} criteria, "
                "too little to weigh."
            )
            return Abstention(
                persona=persona.id,
                reason="insufficient-information",
                detail=detail,
                missing=_missing(assessment),
                provenance=provenance,
            )
        return _verdict(tool, read, assessment, provenance)

    def _statements(self, tool: Tool) -> tuple[Statement, ...]:
        """Read a tool once for all the personas that ask in turn."""
        digest, read = self._latest
        if digest != tool.digest:
            read = statements(tool)
            self._latest = (tool.digest, read)
        return read

    def _lexicon(self, persona: Persona) -> Lexicon:
        if persona.offline_digest not in self._lexicons:
            self._lexicons[persona.offline_digest] = Lexicon(persona)
        return self._lexicons[persona.offline_digest]


def _verdict(
    tool: Tool, read: Sequence[Statement], assessment: Assessment, provenance: Provenance
) -> Verdict:
    composer = Composer(tool, read, assessment)
    moves = composer.moves()
    quote = composer.quote(moves.values())
    return Verdict(
        persona=assessment.persona.id,
        decision=assessment.decision,
        score=assessment.score,
        moves={name: passage.answer for name, passage in moves.items()},
        criteria=criterion_scores(assessment),
        conditions=conditions(assessment),
        missing=_missing(assessment),
        quote=quote,
        findings=form_findings(assessment.persona.id, assessment.decision, assessment.score, quote),
        provenance=provenance,
    )


def _missing(assessment: Assessment) -> tuple[str, ...]:
    return tuple(c.silence.missing for c in assessment.silent if c.silence)
