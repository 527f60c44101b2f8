"""The data block: untrusted text as one line of JSON between markers that cannot be guessed.

The line is ASCII. Besides what JSON escapes, the characters that markup, chat formats and Markdown are made
of are escaped too: `< > & ` [ ] |` anywhere, and `- = #` where two of them meet. The line holds no lists,
so not one of these characters stands in it. The markers carry an HMAC of the lines under the run's secret:
whoever writes a submission cannot write its end.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING

from panel.answer import shown
from panel.derived import by_digest
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.tool import Tool

NONCE_DIGITS = 32
"""Hexadecimal digits of the HMAC that are shown: half of it, the least that RFC 2104 allows."""

_STRUCTURE = re.compile(r"[<>&`\[\]|]|[-=#]{2,}")


def fence(lines: Mapping[str, str], secret: bytes) -> tuple[str, str]:
    """Put each line between markers of its own name.

    Args:
        lines: name → a line of `data_line`.
        secret: the run's own random bytes.

    Returns:
        The blocks, and the nonce that all their markers carry: HMAC-SHA256 of names and lines.
    """
    content = "\n".join(f"{name} {line}" for name, line in lines.items())
    nonce = hmac.new(secret, content.encode(), hashlib.sha256).hexdigest()[:NONCE_DIGITS]
    blocks = [f"<{name}-{nonce}>\n{line}\n</{name}-{nonce}>" for name, line in lines.items()]
    return "\n\n".join(blocks), nonce


@by_digest(64)
def submission_line(tool: Tool) -> str:
    """Write all that a reviewer may read of a tool as one line of data.

    The slug is left out: it is an address, and the same content may live at two. Facts come in the order of
    their keys, so that tools with one digest are written alike.

    Raises:
        InputError: two passages of evidence have one id, so that a citation could mean either.
    """
    content = tool.model_dump(mode="json", exclude={"slug", "evidence"})
    content["facts"] = dict(sorted(content["facts"].items()))
    passages = [passage.model_dump(mode="json") for passage in tool.evidence]
    evidence = {passage.pop("id"): passage for passage in passages}
    if len(evidence) < len(passages):
        raise InputError("evidence: two passages have the same id", "Number the passages E1, E2, ….")
    return data_line({**content, "evidence": evidence})


def data_line(content: Mapping[str, object]) -> str:
    """Write untrusted content as one line of JSON that holds no markup, fence or rule.

    Args:
        content: texts, nulls and objects of them; a list would need brackets, which the line does not hold.
    """
    text = json.dumps(_shown(content), separators=(",", ":"))
    return _STRUCTURE.sub(_escape, text)


def _shown(content: object) -> object:
    if isinstance(content, str):
        return shown(content)
    if isinstance(content, dict):
        return {str(_shown(name)): _shown(value) for name, value in content.items()}
    return content


def _escape(match: re.Match[str]) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in match.group())
