from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from cards import make_abstention, make_card, make_verdict
from evaluations import make_answers, make_set
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import InputError
from panel.evaluation import answer_schema, answer_set, answers_of, evaluate, read_answers, write_answers
from panel.evaluation.answers import Answer

if TYPE_CHECKING:
    from pathlib import Path

ROW: dict[str, Any] = {"case": "case-0", "persona": "dx", "decision": "ship"}


def write(path: Path, *rows: dict[str, Any] | str) -> Path:
    """Write rows, or lines as they are, as JSONL."""
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_a_foreign_file_needs_three_fields(tmp_path: Path) -> None:
    """Anybody's verdicts are read as they are; what they do not know stays unknown."""
    found = read_answers(write(tmp_path / "theirs.jsonl", ROW, {**ROW, "repeat": 1, "score": 71.5}))

    assert [answer.score for answer in found.answers] == [None, 71.5]
    assert found.answers[1].repeat == 1
    assert found.answers[0].cost_usd is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"case": "case-0", "persona": "dx", "decision": "ship", "score": NaN}', "NaN is not JSON"),
        ({**ROW, "score": "nan"}, "score: nan is not a score from 0 to 100"),
        ({**ROW, "score": "Infinity"}, "score: Infinity is not a score from 0 to 100"),
        ({**ROW, "score": 101}, "score: 101 is not a score from 0 to 100"),
        ({**ROW, "decision": "buy"}, "decision: 'buy' is not one of ship, skip, abstain, failed"),
        ({"case": "case-0", "decision": "ship"}, "persona: is required"),
        ({**ROW, "repeat": -1}, "repeat: must be at least 0, and is -1"),
    ],
)
def test_a_bad_row_gets_one_line(tmp_path: Path, row: dict[str, Any] | str, problem: str) -> None:
    """What is wrong with an answer is one sentence that names the line and the field."""
    path = write(tmp_path / "theirs.jsonl", {**ROW, "case": "other"}, row)
    with pytest.raises(InputError) as caught:
        read_answers(path)

    assert caught.value.message == f"{path}: line 2: {problem}"


def test_a_question_answered_twice_is_refused(tmp_path: Path) -> None:
    """Two answers to one question are a mistake, not a vote and a spare."""
    path = write(tmp_path / "theirs.jsonl", ROW, ROW)
    with pytest.raises(InputError, match=r"line 2: answers case 'case-0' for 'dx' again, after line 1"):
        read_answers(path)
    with pytest.raises(ValueError, match="answered twice"):
        answer_set("twice", [Answer(**ROW), Answer(**ROW)])


def test_answers_to_unknown_cases_are_counted_and_named() -> None:
    """A misspelt id is never a silent zero: it is listed, and the case counts as unanswered."""
    golden = make_set({"dx": "+-"})
    report = evaluate(golden, make_answers({"dx": "+-+-"}))

    assert report.unknown_cases == {"case-2": 1, "case-3": 1}
    assert any(
        "2 answers left out: no such case in the set: 'case-2', 'case-3'" in note for note in report.notes
    )


def test_answers_that_fit_nowhere_are_refused() -> None:
    """A file for another set is an error, not a report of zeros."""
    with pytest.raises(InputError, match="no answer belongs to a case and persona of made-up"):
        evaluate(make_set({"business": "+-"}), make_answers({"dx": "+-"}))


def test_a_scorecard_becomes_rows() -> None:
    """Votes keep score, quote and moves; abstentions and failures keep their reason."""
    card = make_card(
        make_verdict("dx", "ship", 80.0),
        make_abstention("business"),
        make_abstention("futurist", "unreadable"),
    )
    rows = {answer.persona: answer for answer in answers_of("case-0", card)}

    assert (rows["dx"].decision, rows["dx"].score) == ("ship", 80.0)
    assert rows["dx"].quote
    assert rows["dx"].moves
    assert rows["business"].decision == "abstain"
    assert (rows["futurist"].decision, rows["futurist"].reason) == ("failed", "unreadable")


def test_samples_become_repeats() -> None:
    """All samples of a run are rows, numbered from 0 wherever the ledger began to count."""
    first, second = make_verdict("dx", "ship"), make_verdict("dx", "skip")
    card = make_card(first)
    rows = answers_of("case-0", card, {"dx": [first, second]})

    assert [(row.repeat, row.decision) for row in rows] == [(0, "ship"), (1, "skip")]


ANSWERS = st.builds(
    Answer,
    case=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    persona=st.sampled_from(["dx", "business"]),
    decision=st.sampled_from(["ship", "skip", "abstain", "failed"]),
    score=st.none() | st.floats(0, 100),
    repeat=st.integers(0, 5),
    quote=st.text(alphabet=st.characters(codec="utf-8", categories=["L", "P", "Zs"]), max_size=40),
    cost_usd=st.none() | st.floats(0, 5),
)


@given(st.lists(ANSWERS, min_size=1, max_size=8, unique_by=lambda a: (a.case, a.persona, a.repeat)))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[Answer]) -> None:
    """A run's record can be scored later, and its name does not depend on the order of arrival."""
    path = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    made = answer_set("mine", rows)
    path.write_text(write_answers(made), "utf-8")
    found = read_answers(path)

    assert found.answers == made.answers
    assert found.digest == made.digest
    assert answer_set("mine", reversed(rows)).digest == made.digest


def test_the_schema_of_a_row_accepts_what_the_program_writes() -> None:
    """A foreign program can check its file before it hands it in."""
    validator = jsonschema.Draft202012Validator(answer_schema())
    for line in write_answers(make_answers({"dx": "+-af"}, scores={"dx": [1, 2, 3, 4]})).splitlines():
        validator.validate(json.loads(line))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**ROW, "decision": "maybe"})
