"""A language model that answers as it is told, in the form that was asked for."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from panel.prompt import Completion
from panel.prompting import estimate_input, estimate_tokens
from panel.testing.reading import read
from panel.value import digest
from panel.verdict import Decision, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.prompt import AnswerMode, Prompt
    from panel.testing.flaw import Flaw
    from panel.testing.reading import Reading

Choice = Decision | Literal["insufficient-information"]

_ORDINARY_SCORE: dict[str, int] = {"ship": 3, "skip": 1, "insufficient-information": 2}
_CITED_WORDS = 8
_CACHE_LEAST, _CACHE_STEP = 1_024, 128

_OPENING = (
    "I read the submission from its first line to its last and held each claim against what stands beside "
    "it. What it offers is named plainly enough to be judged, and the person who would use it is not hard to "
    "picture. The description says what goes in and what comes out, and it leaves the reader to ask what "
    "happens on the day when something in between gives way. Where it speaks of others it does so fairly; "
    "where it speaks of itself it is warmer than its evidence. I looked for somebody who had used it and had "
    "no reason to be kind, and found less of that than I wanted. "
)
_CLOSING = {
    "ship": (
        "Even so, the part that matters holds: the thing does one job and can be left again. I would ship "
        "it, and look once more when the next release is out."
    ),
    "skip": (
        "That is not enough to act on: the part that matters rests on a promise, and promises are cheap. I "
        "would skip it, until somebody other than its maker has shown that it holds."
    ),
    "insufficient-information": (
        "What it is, in the end, I could not make out, and a guess in either direction would be worth "
        "nothing to anybody. I would rather ask for the missing page than pretend to have read it."
    ),
}


@dataclass(frozen=True)
class Script:
    """How a model answers as one persona."""

    decision: Choice = "ship"
    scores: int | Mapping[str, int] | None = None
    """For every criterion, or by id; what suits the decision when None."""
    quote: str | None = None
    """The persona's words; an ordinary paragraph of the length asked for when None."""
    flaws: tuple[Flaw, ...] = ()
    """Applied in order."""


@dataclass
class ScriptedModel:
    """A model behind no provider.

    By default it ships, with a valid answer that cites the description and breaks no rule.
    """

    scripts: Mapping[str, Script] = field(default_factory=dict)
    """Persona → how to answer as it."""
    default: Script = field(default_factory=Script)
    """How to answer as everybody else."""
    name: str = "model"
    mode: AnswerMode = "json_schema"
    """How the form counts as asked for."""
    prompts: list[Prompt] = field(default_factory=list)
    """Everything the model has been sent, in order."""
    provider: str = "scripted"

    def __post_init__(self) -> None:
        self.spec = f"{self.provider}:{self.name}"
        self._asked: Counter[str] = Counter()
        self._cached: set[str] = set()

    def parameters(self) -> dict[str, Any]:
        """Name the scripts: a model with other scripts is another model."""
        return {"scripts": digest([repr(sorted(self.scripts.items())), repr(self.default), self.mode])}

    async def complete(self, prompt: Prompt) -> Completion:
        """Answer as scripted.

        Raises:
            ModelError: the script says so.
        """
        self.prompts.append(prompt)
        self._asked[prompt.digest] += 1
        reading = read(prompt, self._asked[prompt.digest])
        script = self.scripts.get(reading.persona, self.default)
        text = json.dumps(_answer(script, reading), ensure_ascii=False)
        completion = Completion(
            text=text,
            mode=self.mode,
            served_model=f"{self.name}-scripted",
            request_id=f"req-{len(self.prompts)}",
            usage=self._usage(prompt, text),
        )
        for flaw in script.flaws:
            completion = await flaw.deliver(completion, reading)
        return completion

    def _usage(self, prompt: Prompt, text: str) -> Usage:
        """Count as a provider would that caches prompts by their beginning."""
        rules = estimate_tokens(prompt.instructions)
        cached = rules - rules % _CACHE_STEP if prompt.instructions in self._cached else 0
        self._cached.add(prompt.instructions)
        return Usage(
            calls=1,
            input_tokens=estimate_input(prompt),
            cached_tokens=cached if rules >= _CACHE_LEAST else 0,
            output_tokens=estimate_tokens(text),
        )


def _answer(script: Script, reading: Reading) -> dict[str, Any]:
    decision = script.decision
    for flaw in script.flaws:
        decision = flaw.judge(decision, reading)
    answer = _filled(script, decision, reading)
    for flaw in script.flaws:
        answer = flaw.word(answer, reading)
    return answer


def _filled(script: Script, decision: Choice, reading: Reading) -> dict[str, Any]:
    """Fill the form that the prompt asks for, whoever's it is."""
    form = reading.prompt.response_schema["properties"]
    quotes = _citation(reading)
    return {
        "moves": {name: _move(name, schema) for name, schema in form["moves"]["properties"].items()},
        "criteria": {
            name: {
                "quotes": quotes,
                "because": "The submission says so, and what it says is plain enough to be held to.",
                "score": _score(script, decision, name),
            }
            for name in form["criteria"]["properties"]
        },
        "missing": ["an account by somebody who has no stake in it"],
        "decision": decision,
        "conditions": ["It would turn if an independent reader measured the opposite of what is claimed."],
        "quote": script.quote if script.quote is not None else _OPENING + _CLOSING[decision],
    }


def _move(name: str, schema: Mapping[str, Any]) -> object:
    if "enum" in schema:
        return schema["enum"][0]
    said = f"On {name.replace('-', ' ')}, what the submission states is specific and can be checked."
    return [said] if schema["type"] == "array" else said


def _score(script: Script, decision: Choice, criterion: str) -> int:
    if isinstance(script.scores, int):
        return script.scores
    ordinary = _ORDINARY_SCORE[decision]
    return ordinary if script.scores is None else script.scores.get(criterion, ordinary)


def _citation(reading: Reading) -> list[dict[str, str]]:
    words = str(reading.submission.get("description", "")).split()[:_CITED_WORDS]
    return [{"text": " ".join(words), "source": "description"}] if words else []
