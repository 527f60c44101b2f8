"""What a model makes of a prompt: where the data begins and ends, and what it says.

A strict reader believes the markers. A gullible one takes the first thing that looks like an end for the
end: a closing tag, a fence, a rule, a chat token, a line break. The same prompt must look the same to both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.prompt import Prompt

_BLOCK = re.compile(
    r"<(?P<name>[a-z-]+)-(?P<nonce>[0-9a-f]{32})>\n(?P<line>.*?)\n</(?P=name)-(?P=nonce)>", re.DOTALL
)
_OPENING = re.compile(r"<[a-z-]+-[0-9a-f]{32}>\n")
_LOOKS_LIKE_AN_END = re.compile(
    r"</|<\||\|>|\[/|\[[A-Z]+\]|\]\]|```|\"\"\"|-{3,}|={3,}|#{2,}|[\r\n\x0b\x0c\x85\u2028\u2029]"
)
NONCE = re.compile(r"(?<=-)[0-9a-f]{32}(?=>)")


@dataclass(frozen=True)
class Reading:
    """A prompt as a model reads it."""

    persona: str
    """Whose verdict is asked for."""
    prompt: Prompt
    submission: dict[str, Any]
    """The decoded block; what stands in it as a description when it is no JSON."""
    attempt: int
    """1, or 2 when the prompt corrects a first answer."""
    asked: int = 1
    """How often the model has been sent this very prompt."""

    @property
    def text(self) -> str:
        """Every text of the submission, one a line."""
        return "\n".join(_texts(self.submission))


def read(prompt: Prompt, asked: int = 1) -> Reading:
    """Read a prompt as the model it is sent to would."""
    block = _BLOCK.search(prompt.data)
    line = block["line"] if block else ""
    try:
        content = json.loads(line)
    except ValueError:
        content = {"description": line}
    return Reading(
        persona=prompt.schema_name.removeprefix("verdict-"),
        prompt=prompt,
        submission=content,
        attempt=2 if prompt.correction else 1,
        asked=asked,
    )


def outside_strict(message: str) -> str:
    """Return what of a message stands outside its blocks for a reader who believes the markers."""
    return NONCE.sub("NONCE", _BLOCK.sub("", message))


def outside_gullible(message: str) -> str:
    """Return what stands outside for a reader who takes whatever looks like an end for the end."""
    outside, at = [], 0
    while opening := _OPENING.search(message, at):
        outside.append(message[at : opening.start()])
        end = _LOOKS_LIKE_AN_END.search(message, opening.end())
        at = end.start() if end else len(message)
    outside.append(message[at:])
    return NONCE.sub("NONCE", "".join(outside))


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inner in node.values():
            yield from _texts(inner)
