"""The words every format uses for the same thing, so that no two formats disagree.

Words and figures only: nothing here knows a scorecard's layout or a format's syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from panel.verdict import Abstention

if TYPE_CHECKING:
    from datetime import datetime

    from panel.scorecard import CardProvenance, ReviewedTool, Scorecard, SeatCard, Totals
    from panel.tool import EvidenceKind, Pricing, PricingModel
    from panel.verdict import AbstentionReason, Finding, Outcome, Provenance, Verdict

Kind = Literal["ship", "skip", "abstained", "failed"]

GLYPHS: dict[Kind, str] = {"ship": "✓", "skip": "✗", "abstained": "○", "failed": "!"}
WORDS: dict[Kind, str] = {"ship": "SHIP", "skip": "SKIP", "abstained": "ABSTAINED", "failed": "FAILED"}

NO_MODEL = "Offline rubric · no language model"
REUSED = "re-used from the ledger, not asked again"
FLIPS = "What would flip it"
MISSING = "What was missing"
AFTERWARDS = "After reading the others"
NO_VOTES = "A second round on a divided panel, without names. The votes above stand; these are none."
STABILITY = ("samples", "ship", "skip", "abstained", "failed", "flip rate")

REASONS: dict[AbstentionReason, str] = {
    "insufficient-information": "not enough information to judge",
    "refused": "the model refused to answer",
    "truncated": "the answer was cut off",
    "unreadable": "the answer did not have the agreed form",
    "timed-out": "no answer within the time allowed",
    "rate-limited": "the provider limits how often it may be asked",
    "overloaded": "the provider was overloaded",
    "unreachable": "the provider could not be reached",
    "unauthorised": "the provider did not accept the key",
    "out-of-credit": "the account with the provider has no credit left",
    "over-budget": "the answer would have cost more than the budget",
    "cancelled": "the review was cancelled",
}

PRICES: dict[PricingModel, str] = {
    "free": "Free",
    "freemium": "Free to start",
    "open-source": "Open source",
    "paid": "Paid",
    "unknown": "Price unknown",
}

EVIDENCE: dict[EvidenceKind, str] = {
    "vendor": "from a vendor",
    "independent": "independent",
    "user": "attached by the submitter",
}


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: `1 call`, `2 calls`, `1,024 calls`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def bar(score: int) -> str:
    """Draw a score from 0 to 4 as four squares."""
    return "■" * score + "□" * (4 - score)


def price(pricing: Pricing) -> str:
    """Say what the tool costs to start with, and when somebody last looked."""
    words = f"{PRICES[pricing.model]}: {pricing.entry}" if pricing.entry else PRICES[pricing.model]
    return f"{words} (checked {pricing.verified_at})" if pricing.verified_at else words


def about(tool: ReviewedTool) -> tuple[str, ...]:
    """Describe the tool in a few short phrases: category, price, licence, revision."""
    phrases = (
        tool.category,
        price(tool.pricing),
        f"licence {tool.licence}" if tool.licence else "licence not stated",
        f"revision {tool.revision}" if tool.revision is not None else "",
    )
    return tuple(phrase for phrase in phrases if phrase)


def state_note(card: Scorecard) -> str:
    """Explain a card that is not the plain answer of the whole panel; empty when it is."""
    votes = plural(card.ships + card.skips, "vote")
    silent = [
        f"{count} of {card.seats} reviewers {word}"
        for count, word in ((card.failed, "failed"), (card.abstained, "abstained"))
        if count
    ]
    if card.state == "no-quorum":
        why = f" {' and '.join(silent)}." if silent else ""
        return f"No percentage is given: {votes} cast, {card.quorum} needed.{why}"
    if not silent:
        return ""
    return f"{' and '.join(silent)}. A seat without a verdict is no vote; the percentage rests on {votes}."


def engine_note(card: Scorecard) -> str:
    """Say near the top where no language model took part; empty when models filled every seat."""
    offline = sum(seat.spec == "rubric" for seat in card.roster)
    if offline == len(card.roster):
        return NO_MODEL
    return f"Offline rubric on {offline} of {card.seats} seats" if offline else ""


def afterwards(first: Verdict, then: Outcome) -> str:
    """Say whether a reviewer stays with its vote after reading the others."""
    if isinstance(then, Abstention):
        return f"no second answer ({then.reason}: {REASONS[then.reason]})"
    if then.decision == first.decision:
        return f"stays with {first.decision}, {then.score:.1f} of 100"
    return f"would now {then.decision}, {then.score:.1f} of 100; the vote stays {first.decision}"


def is_loud(finding: Finding) -> bool:
    """Whether a reader should see the finding before reading anything else."""
    return finding.rule == "suspected-injection" or finding.rule.startswith("contradict")


def moment(when: datetime) -> str:
    """Write a moment to the minute, with its offset from UTC."""
    zone = when.strftime("%z")
    name = "" if not zone else " UTC" if zone == "+0000" else f" UTC{zone[:3]}:{zone[3:5]}"
    return f"{when:%Y-%m-%d %H:%M}{name}"


def cost(totals: Totals) -> str:
    """Say what the panel cost: unknown is a value, and nothing is not a price."""
    if totals.cost_usd is None:
        return "unknown: a model without a known price took part"
    return f"US$ {totals.cost_usd:.4f}" if totals.cost_usd else "nothing"


def tokens(totals: Totals) -> str:
    """Say how much was read and written."""
    if not totals.input_tokens and not totals.output_tokens:
        return "none"
    cache = {"from the cache": totals.cached_tokens, "added to the cache": totals.cache_write_tokens}
    parts = ", ".join(f"{count:,} {where}" for where, count in cache.items() if count)
    return f"{totals.input_tokens:,} read{f' ({parts})' if parts else ''}, {totals.output_tokens:,} written"


def engines(provenance: CardProvenance) -> str:
    """Name the engines that answered."""
    return ", ".join("offline rubric" if engine == "rubric" else engine for engine in provenance.engines)


def short(digest: str) -> str:
    """Shorten a digest to what a reader can compare by eye; JSON carries all of it."""
    return digest[:12]


def asked(seat: SeatCard, provenance: Provenance) -> str:
    """Say which reviewer was asked for a seat, which one answered, and as what persona."""
    persona = f"persona {short(seat.persona_digest)}"
    if seat.spec == "rubric":
        rules = f", rules {short(provenance.engine_version)}" if provenance.engine_version else ""
        return f"offline rubric{rules}, {persona}"
    served = f"served by {provenance.served_model or 'no model that named itself'}"
    way = {None: "", "file": " through an imported file"}.get(
        provenance.batch, f" in batch {provenance.batch}"
    )
    return f"asked {seat.spec}{way}, {served}, {persona}"
