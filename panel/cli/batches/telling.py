"""How accounts of batches are told, and how they exit."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from panel.cli.exits import statuses_of, worst
from panel.text import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.batch.accounts import CollectionAccount, StatusAccount, SubmissionAccount
    from panel.batch.parcels import Estimate
    from panel.cli.output import Destination
    from panel.errors import ModelError
    from panel.ledger import BatchItem, SentBatch

ResultT = TypeVar("ResultT")

LISTED = 20
"""Questions and scorecards that are named; the others are counted."""
_DETAIL = 160


def show(
    account: SubmissionAccount | CollectionAccount | StatusAccount,
    target: Destination,
    lines: Iterable[str],
) -> None:
    """Show an account as text or as JSON.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "json":
        from panel.render.json import render_json  # noqa: PLC0415 - each format loads its own

        target.send(render_json(account, encoding=target.encoding))
        return
    from panel.render.lines import line  # noqa: PLC0415 - likewise

    target.send_lines(line(text, hang="  ") for text in lines)


def submission_lines(account: SubmissionAccount) -> Iterator[str]:
    """Say what was sent, or would be."""
    send, sent = ("send", "Sent") if account.route == "api" else ("write", "Wrote")
    done = f"Would {send}" if account.dry_run else sent
    batches = "" if account.dry_run else f" in {_count(len(account.sent), 'batch', 'batches')}"
    about = _count(account.submissions, "submission")
    if account.asked:
        yield f"{done} {_count(account.asked, 'question')} about {about}{batches}."
    else:
        yield f"Nothing to {send} about {about}."
    others = [
        (account.standing, "stand in the ledger"),
        (account.waiting, "are on their way already"),
        (account.given_up, "were given up; --retry-failed sends them again"),
    ]
    yield from (f"{number:,} {what}." for number, what in others if number)
    yield from (_batch(batch) for batch in account.sent)
    if account.asked:
        yield _cost(account.estimate)
    if account.budget_usd is not None:
        yield f"Budget: ${account.budget_usd:.2f}, held against the most they can cost."
    yield from account.problems
    if account.dry_run:
        yield "Nothing was sent and nothing was written."


def collection_lines(account: CollectionAccount) -> Iterator[str]:
    """Say what came back."""
    parts = [
        (account.answered, "answered"),
        (account.malformed, "of a broken form"),
        (account.failed, "without an answer"),
        (account.repeated, "known already"),
        (account.refused, "refused"),
    ]
    told = ", ".join(f"{number:,} {what}" for number, what in parts if number) or "nothing new"
    spent = "" if not account.cost_usd else f", for ${account.cost_usd:.4f}"
    yield f"Replies: {told}{spent}."
    yield from (_batch(batch) for batch in account.batches)
    for card in account.cards[:LISTED]:
        share = "no quorum" if card.ship_pct is None else f"{card.ship_pct:.1f}% ship, {card.label}"
        yield f"{card.name} ({card.slug}): {share}"
    yield from _more(len(account.cards), "scorecard")
    yield from _questions(account.unanswered)
    yield from account.problems
    if account.waiting:
        yield _waiting(account.waiting)


def status_lines(account: StatusAccount) -> Iterator[str]:
    """Say where everything is."""
    if not account.batches:
        yield "No batches."
    yield from (_batch(batch) for batch in account.batches)
    yield from _questions(account.unanswered)
    yield from account.problems
    if account.waiting:
        yield _waiting(account.waiting)


def status_of(account: CollectionAccount, errors: Sequence[ModelError]) -> int:
    """Return the exit status of a collection: that of the worst that came of it."""

    def statuses() -> Iterator[int]:
        yield from statuses_of_errors(errors)
        if account.malformed or account.failed:
            yield 3
        for card in account.cards:
            yield from statuses_of(card.state, (), card.ship_pct)
        if account.problems:
            yield 2

    return worst(statuses())


def statuses_of_errors(errors: Sequence[ModelError]) -> Iterator[int]:
    """List the statuses that apply when batches could not be sent, looked at or cancelled."""
    if errors:
        yield from statuses_of("partial", {error.reason for error in errors} - {"cancelled"}, None)


def _batch(batch: SentBatch) -> str:
    parts = [
        (batch.waiting, "waiting"),
        (batch.answered, "answered"),
        (batch.malformed, "of a broken form"),
        (batch.failed, "without an answer"),
    ]
    told = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    state = _state(batch)
    detail = f": {clip(batch.detail, _DETAIL)}" if batch.detail else ""
    moment = f"{batch.created_at:%Y-%m-%d %H:%M} UTC"
    return f"{batch.remote or batch.id}  {batch.spec}  {moment}  {state}; {told}{detail}"


def _state(batch: SentBatch) -> str:
    if batch.state == "lost":
        return "not taken"
    if batch.state == "sending":
        return "sent, as far as is known"
    if batch.route == "file":
        if batch.state == "open":
            return "exported"
        return "given up" if batch.status == "cancelled" else "imported"
    word = batch.status.replace("_", " ") or "sent"
    return word if batch.state == "open" else f"{word} and collected"


def _questions(items: Sequence[BatchItem]) -> Iterator[str]:
    for item in items[:LISTED]:
        yield f"{item.slug}/{item.persona}: {item.reason or item.state}: {clip(item.detail, _DETAIL)}"
    yield from _more(len(items), "question")


def _more(number: int, what: str) -> Iterator[str]:
    if number > LISTED:
        yield f"… and {_count(number - LISTED, f'more {what}')}."


def _waiting(reviews: int) -> str:
    return f"{_count(reviews, 'review')} {'waits' if reviews == 1 else 'wait'} for answers."


def _cost(estimate: Estimate) -> str:
    opening = f"About {estimate.input_tokens:,} tokens read and {estimate.output_tokens:,} written"
    if estimate.cost_usd is None or estimate.most_usd is None or estimate.list_usd is None:
        return f"{opening}. What they cost is not known: a model has no known price."
    return (
        f"{opening}: about ${estimate.cost_usd:.4f}, half of ${estimate.list_usd:.4f} at list prices; "
        f"at most ${estimate.most_usd:.4f}."
    )


def _count(number: int, what: str, several: str = "") -> str:
    return f"{number:,} {what if number == 1 else several or what + 's'}"
