"""Keys taken out of foreign words before anybody prints, stores or raises them.

A provider may echo a key in an error, plain, percent-encoded or inside base64; so may an address.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from panel.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import SecretStr

MARK = "[redacted]"
LONGEST = 300
"""Characters of a foreign message that are kept."""

_SHORTEST = 8
"""Below this a key is a placeholder, and taking it out would only garble the message."""
_READ = 20_000
_PATTERNS = (
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=bearer )[^\s\"',;]+"),
    re.compile(r"(?i)\b(?:sk|pk|rk|gsk|xai|pplx|hf|key)[-_][A-Za-z0-9_*.\-]{6,}"),
)


class Redactor:
    """Takes known keys, and what looks like one, out of a text."""

    def __init__(self, keys: Iterable[SecretStr] = ()) -> None:
        forms = {form for key in keys for form in _forms(key.get_secret_value())}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """Return one line of at most 300 visible characters without any key."""
        read = text[:_READ]
        if self._known:
            read = self._known.sub(MARK, read)
        for pattern in _PATTERNS:
            read = pattern.sub(MARK, read)
        return clip(" ".join(visible(read, multiline=True).split()), LONGEST)


def _forms(key: str) -> Iterator[str]:
    """Every way in which a key may stand in a text."""
    if len(key) < _SHORTEST:
        return
    yield key
    yield quote(key, safe="")
    yield "".join(f"%{byte:02X}" for byte in key.encode())
    yield "".join(f"%{byte:02x}" for byte in key.encode())
    yield key.encode().hex()
    for shift in range(3):
        # The part of an encoding that depends on the key alone, wherever the key stands in what was encoded.
        encoded = base64.b64encode(b"\0" * shift + key.encode()).decode()
        sure = encoded[(0, 2, 3)[shift] : (shift + len(key.encode())) * 8 // 6]
        yield sure
        yield sure.replace("+", "-").replace("/", "_")
