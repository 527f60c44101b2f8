"""Whether a verdict makes its persona's moves, checked by a program.

A move is made when it is answered with more than an empty phrase, and, for the moves below, when the
*quote* shows it too: a competitive quote that names nobody makes no comparison, whatever its fields say.
The checks read English; they look for the least that the move needs, not for whether it is any good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.evaluation.answers import Answer

_EMPTY = re.compile(
    r"\W*(?:n/?a|none|nothing|unknown|unclear|not (?:stated|said|given|applicable|clear|specified|known)"
    r"|no (?:information|answer|data)|-+)?\W*",
    re.IGNORECASE,
)
_LEAST_CHARACTERS = 3
_NAME = re.compile(
    r"\b(?:[A-Z][\w+#-]*(?:\.\w+)*|[a-z]+[A-Z]\w*|\w*\d\w*[A-Z]\w*)(?:[ -][A-Z][\w+#-]*(?:\.\w+)*)*"
)
_NOT_A_NAME = frozenset(
    "A An And Any As At Both But By Each For From If In It Its Neither No None Nobody Nor Not Of On One Or "
    "Other Others Rivals Competitors So Some Than That The Their There These They This Those Two Three To "
    "Vendors We What Which With Against Alternatives Named Names I My Here Against AI API".split()
)
_DATED = re.compile(
    r"\b20[2-9]\d\b|\b(?:with)?in(?:side)? (?:the next )?(?:\w+|\d+) (?:months?|quarters?|years?)\b"
    r"|\b(?:\w+|\d+)[ -](?:months?|years?)(?: from)?\b",
    re.IGNORECASE,
)
_TIMING = re.compile(r"\b(?:early|late|on time|too soon|ahead of|behind|overdue|premature)\b", re.IGNORECASE)
_BUYER = re.compile(
    r"\b(?:buyers?|budgets?|signs?|signatory|procurement|purchas\w+|cost cent\w+|line item|department\w*"
    r"|heads? of|directors?|officers?|managers?|leads?|VPs?|C[TFIEM]Os?|CISOs?|founders?|owners?|teams?"
    r"|counsels?|agenc\w+|consultanc\w+|enterprises?|developers?|engineers?|administrators?)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"[$€£¥]|\b(?:pric\w+|priced|free|cost\w*|bills?|billed|billing|credits?|fees?|charg\w+|tiers?|quotes?"
    r"|usage|subscriptions?|licen[cs]e\w*|invoices?)\b",
    re.IGNORECASE,
)
_FIRST_MINUTES = re.compile(
    r"\b(?:minutes?|seconds?|hours?|first|install\w*|quick ?start|import\w*|sign\w* up|set ?up|hello world"
    r"|commands?|result)\b",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    r"\b(?:script\w*|weekend|calls?|glue|home-?made|by hand|your ?self|myself|replac\w+|rebuil\w+)\b",
    re.IGNORECASE,
)


class Check(NamedTuple):
    """What the quote must show for one move."""

    looks_for: str
    """A noun phrase for the report."""
    passes: Callable[[str, str], bool]
    """Answer and quote → whether the quote shows it."""


def names_in(text: str) -> frozenset[str]:
    """Return what looks like names in `text`: capitalised words and words with capitals inside."""
    found: set[str] = set()
    for match in _NAME.finditer(text):
        words = match[0].rstrip("-").split(" ")
        while words and words[0] in _NOT_A_NAME:
            words = words[1:]
        if words:
            found.add(" ".join(words))
    return frozenset(found)


def _names_a_competitor(answer: str, quote: str) -> bool:
    folded = quote.casefold()
    return any(name.casefold() in folded for name in names_in(answer))


def _shows(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda _, quote: pattern.search(quote) is not None


CHECKS = {
    "direct-competitors": Check("a competitor of the answer, named in the quote", _names_a_competitor),
    "thesis": Check("a year or a term of months or years in the quote", _shows(_DATED)),
    "timing": Check("early, on time or late in the quote", _shows(_TIMING)),
    "buyer": Check("a role, a team or a budget in the quote", _shows(_BUYER)),
    "pricing-read": Check("a price or how it is charged in the quote", _shows(_PRICE)),
    "moment-of-truth": Check("the first minutes, an installation or a first result", _shows(_FIRST_MINUTES)),
    "weekend-alternative": Check("a script, calls or a weekend in the quote", _shows(_REPLACED)),
}
"""Move id → its check; a move that is not here is checked for presence alone."""


def is_answered(answer: Answer, move: str) -> bool:
    """Tell whether a move is answered with more than an empty phrase."""
    text = answer.moves.get(move, "").strip()
    return len(text) >= _LEAST_CHARACTERS and _EMPTY.fullmatch(text) is None


def is_shown(answer: Answer, move: str) -> bool:
    """Tell whether the quote passes the move's check; true for a move that has none."""
    check = CHECKS.get(move)
    return check is None or check.passes(answer.moves.get(move, ""), answer.quote)
