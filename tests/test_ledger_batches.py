"""Batches in the ledger, on both databases: settled once, whoever settles and however often."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cards import NOON, make_abstention, make_persona, make_tool, make_verdict
from reviews import ask

from panel.ledger import (
    BatchQuestion,
    BatchReview,
    SentBatch,
    Settlement,
    new_run_id,
    open_ledger,
    review_id,
    verdict_key,
)
from panel.persona import Roster, Seat

if TYPE_CHECKING:
    from pathlib import Path

    from panel.ledger import Ledger

pytest_plugins = ("databases",)

PANEL = Roster(seats=tuple(Seat(persona=make_persona(p), spec="openai:m") for p in ("dx", "business")))


def make_review() -> tuple[BatchReview, list[BatchQuestion]]:
    """Return a review of two seats and its questions."""
    name = review_id({"tool": make_tool().digest}, PANEL)
    questions = [
        BatchQuestion(
            key=verdict_key(ask(persona)), inputs=ask(persona), review=name, persona=persona, slug="acme"
        )
        for persona in ("dx", "business")
    ]
    keys = tuple(question.key for question in questions)
    return BatchReview(id=name, tool=make_tool(), roster=PANEL, keys=keys), questions


def begun(ledger: Ledger, **changes: Any) -> tuple[str, list[BatchQuestion]]:  # noqa: ANN401 - fields of a batch
    """Write a batch of both questions down."""
    review, questions = make_review()
    ledger.waiting.enlist([review], questions)
    fields = {"provider": "openai", "spec": "openai:m", "route": "api", "state": "open", "requests": 2}
    batch = SentBatch(**{"id": new_run_id(), "created_at": NOON, **fields, **changes})
    ledger.batches.begin(batch, [question.key for question in questions])
    return batch.id, questions


def settled(question: BatchQuestion, outcome: Any, state: Any = "answered", **more: Any) -> Settlement:  # noqa: ANN401 - as a settlement
    """Return what a reply came to."""
    return Settlement(key=question.key, inputs=question.inputs, outcome=outcome, state=state, **more)


def test_a_reply_is_settled_once(ledger: Ledger) -> None:
    """The first reply to a waiting question is written with what became of it; a second changes nothing."""
    batch, (dx, business) = begun(ledger)
    verdict, failure = make_verdict("dx", "ship"), make_abstention("business", "timed-out")
    replies = [settled(dx, verdict), settled(business, failure, "failed")]
    assert ledger.batches.settle(batch, replies) == [True, True]
    other = settled(dx, make_verdict("dx", "skip"))
    again = settled(business, failure.model_copy(update={"detail": "later"}), "failed")
    assert ledger.batches.settle(batch, [other, again]) == [False, False]
    assert ledger.find([dx.key, business.key]) == {dx.key: verdict}
    assert (ledger.stats().verdicts, ledger.stats().attempts) == (1, 1)
    [kept] = ledger.batches.batches()
    assert (kept.waiting, kept.answered, kept.failed) == (0, 1, 1)
    review, _ = make_review()
    assert ledger.waiting.obtained(review) == {dx.key: [verdict], business.key: [failure]}


def test_many_may_settle_at_once(ledger: Ledger) -> None:
    """Of collectors that bring the same reply together, one writes it."""
    batch, (dx, _) = begun(ledger)
    failure = make_abstention("dx", "refused")
    replies = [
        settled(dx, failure.model_copy(update={"detail": str(number)}), "failed") for number in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda reply: ledger.batches.settle(batch, [reply]), replies))
    assert sorted(taken) == [[False]] * 7 + [[True]]
    assert ledger.stats().attempts == 1


def test_an_answer_given_elsewhere_meanwhile_stands(ledger: Ledger) -> None:
    """The first answer to a question holds; the batch's own is not counted as what it cost."""
    batch, (dx, _) = begun(ledger)
    first = ledger.keep(dx.inputs, make_verdict("dx", "ship"))
    assert ledger.batches.settle(batch, [settled(dx, make_verdict("dx", "skip"))]) == [True]
    assert ledger.find([dx.key]) == {dx.key: first}
    assert ledger.waiting.obtained(make_review()[0]) == {}


def test_a_correction_lasts_until_the_second_answer(ledger: Ledger) -> None:
    """What was wrong with the first answer is known to whoever asks again, and forgotten after that."""
    batch, (dx, _) = begun(ledger)
    broken = (("moves", "is missing"),)
    first = settled(dx, make_abstention("dx", "unreadable"), "malformed", correction=broken)
    ledger.batches.settle(batch, [first])
    assert ledger.waiting.questions([dx.key])[dx.key].correction == broken
    assert ledger.batches.newest_items([dx.key]) == {dx.key: ("malformed", "unreadable")}
    later, _ = begun(ledger, id=new_run_id())
    assert ledger.batches.newest_items([dx.key]) == {dx.key: ("waiting", None)}
    ledger.batches.settle(later, [settled(dx, make_verdict("dx", "ship"))])
    assert ledger.waiting.questions([dx.key])[dx.key].correction == ()
    assert [place[2] for place in ledger.batches.places([dx.key])[dx.key]] == ["answered", "malformed"]


def test_closing_gives_up_what_still_waits(ledger: Ledger) -> None:
    """The others keep what became of them, and the batch is done with."""
    batch, (dx, business) = begun(ledger, remote="batch_7")
    ledger.batches.settle(batch, [settled(dx, make_verdict("dx", "ship"))])
    assert ledger.batches.close(batch, "timed-out", "was not answered") == 1
    [item] = ledger.batches.items(batch, ("failed",))
    assert (item.key, item.persona, item.reason) == (business.key, "business", "timed-out")
    assert ledger.batches.batches(("open", "sending")) == []
    assert [found.id for found in ledger.batches.batches(ids=["batch_7"])] == [batch]
    assert ledger.batches.remotes("openai") == {"batch_7"}


def test_a_review_waits_until_it_is_finished(ledger: Ledger) -> None:
    """It comes back whole, panel and submission with it, and is opened again when it is asked for again."""
    begun(ledger)
    review, questions = make_review()
    assert list(ledger.waiting.open_reviews()) == [review]
    ledger.waiting.begin_run(review.id, "r" * 32)
    assert ledger.waiting.reviews([review.id])[review.id].run == "r" * 32
    assert not ledger.waiting.has_run("r" * 32)
    ledger.waiting.finish(review.id)
    assert (ledger.waiting.count_open(), list(ledger.waiting.open_reviews())) == (0, [])
    ledger.waiting.enlist([review], questions)
    assert list(ledger.waiting.open_reviews()) == [review]


def test_batches_are_listed_newest_first(ledger: Ledger) -> None:
    """As many as are asked for, with what the provider said last."""
    moments = [NOON + timedelta(minutes=minute) for minute in range(3)]
    ids = [begun(ledger, created_at=moment)[0] for moment in moments]
    ledger.batches.note(ids[1], "open", status="in_progress", detail="so far")
    found = ledger.batches.batches(limit=2)
    assert [batch.id for batch in found] == [ids[2], ids[1]]
    assert (found[1].status, found[1].detail, found[0].created_at) == (
        "in_progress",
        "so far",
        NOON + timedelta(minutes=2),
    )


def test_batches_travel_with_an_export(ledger: Ledger, tmp_path: Path) -> None:
    """A ledger that is moved to another place goes on collecting there."""
    batch, (dx, _) = begun(ledger)
    ledger.batches.settle(batch, [settled(dx, make_verdict("dx", "ship"))])
    lines = [*ledger.export_lines()]
    assert {json.loads(line).get("table") for line in lines} >= {"batch", "batch_item", "batch_question"}
    with open_ledger(tmp_path / "moved.db") as moved:
        report = moved.import_lines(io.BytesIO("\n".join([*lines, ""]).encode()), name="export")
        assert report.problems == ()
        assert moved.batches.batches() == ledger.batches.batches()
        assert list(moved.waiting.open_reviews()) == list(ledger.waiting.open_reviews())


def test_a_review_is_known_by_submission_and_panel() -> None:
    """Another panel, or another submission, is another review."""
    other = Roster(seats=PANEL.seats, quorum=2)
    names = {
        review_id({"tool": "a"}, PANEL),
        review_id({"tool": "b"}, PANEL),
        review_id({"tool": "a"}, other),
    }
    assert len(names) == 3
    assert review_id({"tool": "a"}, PANEL) in names
