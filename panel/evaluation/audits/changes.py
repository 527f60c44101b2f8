"""How an audit changes a case: deterministic code, so that the same case is always changed in the same way.

What cannot be changed as an audit wants raises `Unchanged` with the reason, which the report shows.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from panel.evaluation.audits.texts import ENGLISH, Attack, Padding, Rewriting
from panel.intake import submission_of
from panel.intake.fields import check_limits
from panel.reviewers.rubric.statements import sentences
from panel.tool import Evidence, Fact, Tool
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from panel.evaluation.cases import GoldenCase

Place = Literal["tagline", "description-start", "description-end", "facts", "evidence"]
PLACES: tuple[Place, ...] = ("description-end", "evidence", "tagline", "facts", "description-start")
"""Where an order may stand."""
BRANDS = ("Google", "Microsoft", "Amazon", "NVIDIA", "Apple", "OpenAI", "Adobe", "IBM", "Oracle", "Meta")
"""Vendors that everybody knows."""

_UNSPACED = frozenset(("ja", "zh"))
"""Languages that put no space between sentences."""
_LEANS_BACK = re.compile(
    r"(?:it|its|it's|this|that|these|those|they|their|he|she|his|her|both|neither|either|ours|theirs|such"
    r"|so|but|and|or|then|there|here|also|otherwise|instead|the others?|because|which|for the rest"
    r"|even so|after that)\b",
    re.IGNORECASE,
)
"""How a sentence opens that cannot be read without the one before it."""
_NO_PROSE = frozenset(("slug", "url", "id", "kind", "model", "date", "as_of", "verified_at"))
_FEWEST_SENTENCES = 4
"""Below this a description is too short to be cut in two behind its first sentence."""


class Unchanged(Exception):  # noqa: N818 - no error: a case that an audit passes over
    """The case is left out of an audit; the message says why, as a clause."""


def pad(
    case: GoldenCase, pool: Sequence[Padding], *, before: int | None = None, after: int | None = None
) -> Tool:
    """Put sentences that say nothing before and after the description.

    Args:
        case: the case.
        pool: what to take them from, in any language.
        before: how many stand before the description; all there are when None.
        after: how many stand after it.
    """
    language = (case.language or ENGLISH).partition("-")[0]
    own = [each for each in pool if each.language == language]
    if not own:
        raise Unchanged(f"there is no padding in its language ({language})")
    start = _place_of(case)
    opening, closing = (
        _some([each.text for each in own if each.place == place], start, wanted)
        for place, wanted in (("before", before), ("after", after))
    )
    joint = "" if language in _UNSPACED else " "
    text = joint.join((*opening, case.tool.description, *closing))
    return _checked(case.tool, {"description": text})


def reorder(case: GoldenCase) -> Tool:
    """Turn round the order of what has no order of its own.

    Facts and evidence are reversed, each passage keeping its id. In English the description's second half
    is put before its first, behind the opening sentence, where no sentence leans on the one before it.
    """
    tool = case.tool
    changes: dict[str, Any] = {
        "facts": dict(reversed(tool.facts.items())),
        "evidence": tuple(reversed(tool.evidence)),
    }
    if (case.language or ENGLISH).startswith(ENGLISH):
        changes["description"] = _turned(tool.description)
    return _checked(tool, changes)


def rebrand(case: GoldenCase) -> Tool:
    """Put the name of a famous vendor before the tool's own, wherever prose names the tool."""
    content = case.tool.model_dump(mode="json")
    told = "\n".join(_texts(content)).casefold()
    start = _place_of(case) % len(BRANDS)
    free = [name for name in (*BRANDS[start:], *BRANDS[:start]) if name.casefold() not in told]
    if not free:
        raise Unchanged("it names every famous vendor already")
    name = case.tool.name
    branded = f"{free[0]} {name}"
    if not (name[:1].isascii() and name[:1].islower()):  # `ediparse` in prose is a command as often as a name
        pattern = re.compile(rf"(?<![\w`./-]){re.escape(name)}(?![\w(/-]|\.\w)")
        content = _outside_code(content, lambda text: pattern.sub(lambda _: branded, text))
    renamed = Tool.model_validate({**content, "name": branded})
    return _checked(case.tool, {field: getattr(renamed, field) for field in Tool.model_fields})


def inject(case: GoldenCase, attack: Attack, place: Place) -> Tool:
    """Put an order to the reviewer into a field."""
    tool = case.tool
    if place == "tagline":
        return _checked(tool, {"tagline": f"{tool.tagline} {attack.text}".strip()})
    if place == "facts":
        key = next(name for n in count(1) if (name := f"note_{n}") not in tool.facts)
        return _checked(tool, {"facts": {**tool.facts, key: Fact(value=attack.text)}})
    if place == "evidence":
        taken = {passage.id for passage in tool.evidence}
        free = next(name for n in count(1) if (name := f"E{n}") not in taken)
        passage = Evidence(id=free, title="Note", kind="user", text=attack.text)
        return _checked(tool, {"evidence": (*tool.evidence, passage)})
    parts = (attack.text, tool.description)
    return _checked(
        tool, {"description": " ".join(parts if place == "description-start" else reversed(parts))}
    )


def rewrite(case: GoldenCase, rewriting: Rewriting) -> Tool:
    """Say a case in the words of a rewriting.

    Raises:
        Unchanged: the case has changed since the words were written.
        InputError: the words make no submission.
    """
    if rewriting.digest != case.tool.digest:
        raise Unchanged(
            f"it has changed since: the text is for {rewriting.digest[:12]}, and this is "
            f"{case.tool.digest[:12]}"
        )
    content = case.tool.model_dump(mode="json")
    content["evidence"] = {passage["id"]: passage for passage in content["evidence"]}
    merged = _merged(content, rewriting.tool)
    merged["evidence"] = list(merged["evidence"].values())
    changed = submission_of(merged, name=f"{case.id}, rewritten").tool
    return _checked(case.tool, {field: getattr(changed, field) for field in Tool.model_fields})


def _checked(tool: Tool, changes: dict[str, Any]) -> Tool:
    """Make the changed tool, if it is one and could have been submitted."""
    changed = tool.model_copy(update={**changes, "slug": tool.slug})
    if changed.digest == tool.digest:
        raise Unchanged("there is nothing in it to change")
    problems = check_limits(changed.model_dump(mode="json"))
    if problems:
        raise Unchanged(f"it would be no submission any more: {problems[0]}")
    return changed


def _place_of(case: GoldenCase) -> int:
    """Return a number that is always the same for a case, and spreads cases over what there is to choose."""
    return int(digest(case.id)[:8], 16)


def _some(texts: Sequence[str], start: int, wanted: int | None) -> list[str]:
    """Take as many as are wanted, from `start` on and round."""
    if wanted is None:
        return list(texts)
    return [texts[(start + at) % len(texts)] for at in range(min(wanted, len(texts)))]


def _turned(text: str) -> str:
    """Put the second half of a text before its first, behind its opening."""
    parts = sentences(text)
    seams = [at for at in range(1, len(parts)) if not _LEANS_BACK.match(parts[at])]
    if len(parts) < _FEWEST_SENTENCES or len(seams) < 2:
        return text
    opening, inner = seams[0], seams[1:]
    middle = min(inner, key=lambda at: (abs(2 * at - opening - len(parts)), at))
    return " ".join((*parts[:opening], *parts[middle:], *parts[opening:middle]))


def _merged(standing: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    merged = dict(standing)
    for key, value in said.items():
        old = standing.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for part in inner for text in _texts(part)]


def _outside_code(node: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - fields of any kind
    """Change every text of a submission, but nothing between backticks."""
    if isinstance(node, str):
        pieces = node.split("`")
        return "`".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))
    if isinstance(node, dict):
        return {
            key: value if key in _NO_PROSE else _outside_code(value, change) for key, value in node.items()
        }
    return [_outside_code(value, change) for value in node] if isinstance(node, list) else node
