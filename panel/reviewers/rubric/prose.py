"""Put an assessment into the persona's words: its moves, and the quote made of them.

Every sentence comes from the persona file or stands in quotation marks from the submission. Nothing is
added to reach a length, and nothing is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from panel.reviewers.rubric import extraction
from panel.reviewers.rubric.assessment import TOP, fall, turning_points
from panel.verdict import QUOTE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from panel.persona import Criterion, OfflineMove
    from panel.reviewers.rubric.assessment import Assessment
    from panel.reviewers.rubric.matching import Hit
    from panel.reviewers.rubric.statements import Statement
    from panel.tool import Submission


@dataclass(frozen=True)
class Passage:
    """One thing said: an opening, what the persona makes of it, and the words it points at."""

    opening: str
    said: str
    excerpt: str = ""
    hedged: bool = False
    good: bool = False
    """Whether it speaks in the tool's favour."""

    @property
    def answer(self) -> str:
        """The passage as the answer to a move, which needs no opening."""
        return _sentence(self._with_excerpt("“", "”"))

    @property
    def full(self) -> str:
        """The passage as part of a quote, which has quotation marks of its own around it."""
        return f"{self.opening} {self._with_excerpt('‘', '’')}".strip()

    @property
    def brief(self) -> str:
        """The same without the submission's words, where the persona has words of its own."""
        return f"{self.opening} {self.said}".strip() if self.said else self.full

    def _with_excerpt(self, left: str, right: str) -> str:
        if not self.excerpt:
            return self.said
        quoted = f"{left}{self.excerpt}{right}"
        if not self.said:
            return f"{quoted}."
        claimed = ", as claimed" if self.hedged else ""
        return f"{self.said[:-1]} ({quoted}{claimed}){self.said[-1]}"


@dataclass
class Composer:
    """Answers the moves of one persona for one tool, saying each finding once."""

    tool: Submission
    statements: Sequence[Statement]
    assessment: Assessment
    used: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)

    def moves(self) -> dict[str, Passage]:
        """Answer every move, in the persona's order."""
        persona = self.assessment.persona
        return {move.id: self._answer(move.offline) for move in persona.moves if move.offline}

    def quote(self, moves: Iterable[Passage]) -> str:
        """Join the moves and the closing into one paragraph of 110 to 170 words, if there is enough to say.

        Further findings are added while it is short; the submission's words are dropped from the end
        while it is long.
        """
        passages = [*moves, *self._closing()]
        while _length(passages) < QUOTE_WORDS[0]:
            extra = self._next_finding()
            if extra is None:
                break
            passages.insert(-1, extra)
        shortened = len(passages)
        while _length(passages, shortened) > QUOTE_WORDS[1] and shortened > 0:
            shortened -= 1
        return _join(passages, shortened)

    def _answer(self, offline: OfflineMove) -> Passage:
        opening = offline.found
        if self.assessment.decision == "skip" and offline.found_skip:
            opening = offline.found_skip
        answer = {
            "definition": self._definition,
            "audience": self._audience,
            "rivals": self._rivals,
            "criteria": self._finding,
            "decisive": self._decisive,
            "flip": self._flip,
        }[offline.source](opening, self._criteria(offline.criteria))
        if answer and answer.good and offline.found_good:
            answer = replace(answer, opening=offline.found_good)
        return answer or Passage("", offline.absent)

    def _criteria(self, ids: Sequence[str]) -> tuple[Criterion, ...]:
        persona = self.assessment.persona
        return tuple(c for c in persona.criteria if not ids or c.id in ids)

    def _definition(self, opening: str, _: object) -> Passage | None:
        return self._in_own_words(opening, extraction.definition(self.statements))

    def _audience(self, opening: str, _: object) -> Passage | None:
        return self._in_own_words(opening, extraction.audience(self.statements))

    def _rivals(self, opening: str, _: object) -> Passage | None:
        found = extraction.rivals(self.tool, self.statements)
        return Passage(opening, f"{_series(found)}.") if found else None

    def _finding(self, opening: str, criteria: Sequence[Criterion]) -> Passage | None:
        return self._say(opening, [hit for c in criteria for hit in self.assessment.hits[c.id]])

    def _decisive(self, opening: str, criteria: Sequence[Criterion]) -> Passage | None:
        return self._say(opening, self._by_pull(criteria))

    def _flip(self, opening: str, criteria: Sequence[Criterion]) -> Passage | None:
        """Name the one change that would turn the verdict, or the likeliest gain among some criteria."""
        turning = [c for c in turning_points(self.assessment) if c in criteria]
        if turning and self.assessment.decision == "ship" and len(criteria) == len(self.assessment.scores):
            return Passage(opening, fall(turning[0]))
        room = sorted(turning or criteria, key=lambda c: (self.assessment.scores[c.id] - TOP) * c.weight)
        return Passage(opening, f"{room[0].remedy}.") if room else None

    def _closing(self) -> list[Passage]:
        closing = self.assessment.persona.offline
        if closing is None:
            return []
        opening = closing.ship if self.assessment.decision == "ship" else closing.skip
        said = self._say(opening, self._by_pull(self.assessment.persona.criteria))
        if said:
            return [said]
        silent = [c for c in self.assessment.silent if c.silence]
        heaviest = max(silent, key=lambda c: c.weight, default=None)
        if self.assessment.decision == "ship" or heaviest is None or heaviest.silence is None:
            return [Passage("", opening)]
        self.used.add(f"silence {heaviest.id}")
        return [Passage(opening, heaviest.silence.reading)]

    def _next_finding(self) -> Passage | None:
        said = self._say("", self._by_weight())
        if said:
            return said
        for criterion in sorted(self.assessment.silent, key=lambda c: -c.weight):
            if criterion.silence and f"silence {criterion.id}" not in self.used:
                self.used.add(f"silence {criterion.id}")
                return Passage("", criterion.silence.reading)
        return None

    def _by_pull(self, criteria: Sequence[Criterion]) -> list[Hit]:
        """The findings that pull toward the decision, the strongest pull first."""
        toward = 1 if self.assessment.decision == "ship" else -1
        pulling = sorted(criteria, key=lambda c: -self.assessment.pull(c))
        hits = [hit for c in pulling if self.assessment.pull(c) > 0 for hit in self.assessment.hits[c.id]]
        return [hit for hit in hits if hit.points * toward > 0]

    def _by_weight(self) -> list[Hit]:
        hits = [hit for found in self.assessment.hits.values() for hit in found]
        return sorted(hits, key=lambda hit: -abs(hit.points) * hit.criterion.weight)

    def _say(self, opening: str, hits: Iterable[Hit]) -> Passage | None:
        for hit in hits:
            if hit.signal.id in self.used:
                continue
            self.used.add(hit.signal.id)
            excerpt = hit.statement.excerpt(hit.start, hit.end, limit=18)
            if excerpt in self.quoted or len(excerpt.split()) < 2:
                excerpt = ""
            self.quoted.add(excerpt)
            return Passage(opening, hit.reading, _elided(excerpt, hit), hit.hedged, good=hit.points > 0)
        return None

    def _in_own_words(self, opening: str, words: str) -> Passage | None:
        if not words:
            return None
        self.quoted.add(words)
        return Passage(opening, "", words)


def _elided(excerpt: str, hit: Hit) -> str:
    """Mark where an excerpt leaves out the beginning or the end of its sentence."""
    if not excerpt:
        return ""
    before, _, after = hit.statement.text.partition(excerpt)
    left = "…" if any(character.isalnum() for character in before) else ""
    right = "…" if any(character.isalnum() for character in after) else ""
    return f"{left}{excerpt}{right}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _series(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _join(passages: Sequence[Passage], full: int) -> str:
    return " ".join(p.full if at < full else p.brief for at, p in enumerate(passages))


def _length(passages: Sequence[Passage], full: int | None = None) -> int:
    return len(_join(passages, len(passages) if full is None else full).split())
