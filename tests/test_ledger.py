from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest
from cards import make_abstention, make_persona, make_provenance, make_tool, make_verdict
from hypothesis import given
from hypothesis import strategies as st
from reviews import RUBRIC, ask, review

from panel.ledger import key_inputs, new_run_id, open_ledger, verdict_key
from panel.persona import Signal
from panel.tool import Evidence, Tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from panel.ledger import Ledger
    from panel.verdict import Outcome

pytest_plugins = ("databases",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


# Keys


@given(inputs=st.dictionaries(st.text(), JSON, min_size=1, max_size=5), data=st.data())
def test_a_key_depends_on_every_input_and_not_on_their_order(
    inputs: dict[str, Any], data: st.DataObject
) -> None:
    """Reordering inputs keeps the key; changing, adding or removing any one of them does not."""
    shuffled = dict(data.draw(st.permutations(list(inputs.items()))))
    assert verdict_key(shuffled) == verdict_key(inputs)
    name = data.draw(st.sampled_from(sorted(inputs)))
    fewer = {key: value for key, value in inputs.items() if key != name}
    assert verdict_key(fewer) != verdict_key(inputs)
    other = data.draw(JSON.filter(lambda value: value != inputs[name]))
    assert verdict_key({**inputs, name: other}) != verdict_key(inputs)


def test_every_part_of_a_question_is_in_its_key() -> None:
    """Evidence, a persona's standards, the reviewer's inputs, the sample and the peers all count."""
    tool, persona = make_tool(), make_persona("dx")
    evidence = make_tool(evidence=(Evidence(id="E1", text="It took nine minutes."),))
    stricter = persona.model_copy(update={"skip_when": ("it needs an account",)})
    questions = [
        key_inputs(tool, persona, RUBRIC),
        key_inputs(evidence, persona, RUBRIC),
        key_inputs(tool, type(persona)(**stricter.model_dump()), RUBRIC),
        key_inputs(tool, persona, {**RUBRIC, "engine_version": "2"}),
        key_inputs(tool, persona, RUBRIC, 1),
        key_inputs(tool, persona, RUBRIC, 0, ["a" * 64]),
        key_inputs(tool, persona, RUBRIC, 0, ["b" * 64]),
    ]
    assert len({verdict_key(question) for question in questions}) == len(questions)


def test_what_only_the_offline_reviewer_reads_is_for_that_reviewer_to_name() -> None:
    """A changed signal alone leaves the key of a model's verdict where it was."""
    persona = make_persona("dx")
    signal = Signal(id="docs", finds=("documentation",), points=1, reading="It is documented.")
    first, *others = persona.criteria
    changed = persona.model_copy(
        update={"criteria": (first.model_copy(update={"signals": (signal,)}), *others)}
    )
    changed = type(persona)(**changed.model_dump())
    assert changed.offline_digest != persona.offline_digest
    assert key_inputs(make_tool(), changed, RUBRIC) == key_inputs(make_tool(), persona, RUBRIC)


def test_run_ids_sort_by_time() -> None:
    """Ids made later are not smaller, and no two are the same."""
    ids = [new_run_id() for _ in range(500)]
    assert [one[:12] for one in ids] == sorted(one[:12] for one in ids)
    assert len(set(ids)) == 500
    assert all(re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", one) for one in ids)


def test_keys_need_no_database() -> None:
    """Importing the package and making a key loads no SQLAlchemy."""
    code = "import sys, panel.ledger as l; l.verdict_key({}); sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Enrolment


def test_a_tool_has_one_identity_and_numbered_revisions(ledger: Ledger) -> None:
    """Same content is known, new content is the next revision, old content is its old revision."""
    first, second = make_tool(), make_tool(description="Lantern reads logs, and now traces too.")
    seen = [ledger.enrol(tool) for tool in (first, first, second, first)]
    assert [(place.slug, place.revision, place.known) for place in seen] == [
        ("lantern", 1, False),
        ("lantern", 1, True),
        ("lantern", 2, False),
        ("lantern", 1, True),
    ]
    assert [row.number for row in ledger.revisions("lantern")] == [1, 2]
    assert ledger.tool("lantern") == second
    assert ledger.tool("lantern", 1) == first
    assert ledger.tool("lantern", 3) is None


def test_a_name_in_other_letters_is_the_same_tool(ledger: Ledger) -> None:
    """Case and white space do not make another tool, whatever slug was derived."""
    ledger.enrol(make_tool())
    place = ledger.enrol(make_tool(name="  LANTERN ", slug="lantern-2"))
    assert (place.slug, place.revision, place.formerly) == ("lantern", 2, "")


@pytest.mark.parametrize("slug", ["lantern", "l" * 80])
def test_a_taken_slug_gets_a_mark_of_the_name(ledger: Ledger, slug: str) -> None:
    """Another tool with the same slug stands under it with six digits of its identity, now and later."""
    ledger.enrol(make_tool(slug=slug))
    other = make_tool(name="Lantern++", slug=slug)
    seen = [ledger.enrol(other), ledger.enrol(other)]
    assert seen[0].slug == seen[1].slug
    assert [place.known for place in seen] == [False, True]
    assert Tool(**{**other.model_dump(), "slug": seen[0].slug}).slug.startswith(slug[:70])
    assert seen[0].slug[-7:-6] == "-"
    assert seen[0].slug[-6:] == sha256(b"lantern++").hexdigest()[:6]


def test_an_explicit_slug_keeps_a_renamed_tool(ledger: Ledger) -> None:
    """Stated in the submission, a slug decides: the new name is a revision, and the old one is told."""
    ledger.enrol(make_tool())
    place = ledger.enrol(make_tool(name="Lantern Pro"), explicit_slug=True)
    assert (place.slug, place.revision, place.formerly) == ("lantern", 2, "Lantern")


def test_an_explicit_slug_does_not_split_a_known_tool(ledger: Ledger) -> None:
    """A new slug for a name that is known leads to the tool that stands."""
    ledger.enrol(make_tool())
    place = ledger.enrol(make_tool(slug="lamp"), explicit_slug=True)
    assert (place.slug, place.known) == ("lantern", True)


# Answers


@pytest.mark.parametrize("outcome", [make_verdict("dx", "ship"), make_abstention("dx")])
def test_the_first_answer_stands(ledger: Ledger, outcome: Outcome) -> None:
    """What was kept is found as it was, and a later answer to the same question changes nothing."""
    inputs = ask("dx")
    assert ledger.find([verdict_key(inputs)]) == {}
    assert ledger.keep(inputs, outcome) == outcome
    assert ledger.keep(inputs, make_verdict("dx", "skip")) == outcome
    assert ledger.find([verdict_key(inputs), "0" * 64]) == {verdict_key(inputs): outcome}
    assert ledger.find([]) == {}


def test_a_failure_is_recorded_and_blocks_nothing(ledger: Ledger) -> None:
    """A failed attempt has no key: the question stays open, and its cost is on record."""
    inputs = ask("dx")
    failure = make_abstention("dx", "timed-out")
    assert ledger.keep_many([(inputs, failure), (ask("business"), make_verdict("business", "skip"))])
    assert ledger.find([verdict_key(inputs)]) == {}
    assert ledger.next_sample(inputs) == 0
    verdict = make_verdict("dx", "ship")
    assert ledger.keep(inputs, verdict) == verdict
    assert (ledger.stats().attempts, ledger.stats().verdicts) == (1, 2)


def test_the_next_sample_is_the_first_free_one(ledger: Ledger) -> None:
    """Samples count up per question; what `sample` says in the inputs asked with does not matter."""
    for sample in (0, 1):
        ledger.keep(
            ask("dx", sample), make_verdict("dx", "ship", provenance=make_provenance("dx", sample=sample))
        )
    assert ledger.next_sample(ask("dx", 7)) == 2
    assert ledger.next_sample({k: v for k, v in ask("dx").items() if k != "sample"}) == 2
    assert ledger.next_sample(ask("business")) == 0


TAMPERING = {
    "another vote": "UPDATE verdict SET outcome = replace(outcome, '\"ship\"', '\"skip\"')",
    "another vote, in both places": (
        "UPDATE verdict SET outcome = replace(outcome, '\"ship\"', '\"skip\"'), decision = 'skip'"
    ),
    "another column": "UPDATE verdict SET score = 1",
    "other inputs": "UPDATE verdict SET inputs = replace(inputs, '\"sample\"\\:0', '\"sample\"\\:1')",
    "no JSON": "UPDATE verdict SET outcome = 'gone'",
    "another seal": "UPDATE verdict SET seal = key",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_a_tampered_verdict_is_not_served_and_gives_way_to_a_fresh_one(
    ledger: Ledger, meddle: Callable[..., int], statement: str
) -> None:
    """It is absent for `find`, reported by `verify`, replaced by `keep`, and kept aside."""
    inputs, fresh = ask("dx"), make_verdict("dx", "ship", conditions=())
    key = verdict_key(inputs)
    ledger.keep(inputs, make_verdict("dx", "ship"))
    assert meddle(statement) == 1
    assert ledger.find([key]) == {}
    assert [(problem.table, problem.key) for problem in ledger.verify().problems] == [("verdict", key)]
    assert ledger.keep(inputs, fresh) == fresh
    assert ledger.find([key]) == {key: fresh}
    report = ledger.verify()
    assert (report.sound, report.replaced) == (True, 1)
    assert meddle("UPDATE damaged SET key = key WHERE content LIKE '%outcome%'") == 1


def test_a_row_of_another_type_is_not_served(tmp_path: Path) -> None:
    """SQLite stores anything in a text column: bytes there, UTF-8 or not, are a damaged row."""
    path = str(tmp_path / "ledger.db")
    for value in ("x'ff00'", "cast(x'ff22' AS TEXT)"):
        with open_ledger(path) as ledger:
            ledger.keep(ask("dx"), make_verdict("dx", "ship"))
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(f"UPDATE verdict SET outcome = {value}")  # noqa: S608 - our own words
            assert ledger.find([verdict_key(ask("dx"))]) == {}
            assert len(ledger.verify().problems) == 1
            assert ledger.keep(ask("dx"), make_verdict("dx", "skip")) == make_verdict("dx", "skip")


# Several at once


def work(address: str, worker: int) -> tuple[list[int], str]:
    """Do what a review does at the same time as others: same tool, same question, another answer."""
    with open_ledger(address) as ledger:
        places = [ledger.enrol(make_tool(tagline=str(n))) for n in range(4)]
        own = ledger.enrol(make_tool(tagline=f"of {worker}"))
        answer = ledger.keep(ask("dx"), make_verdict("dx", "ship", conditions=(str(worker),)))
    return [place.revision for place in (*places, own)], answer.model_dump_json()


def test_several_processes_agree_from_the_first_moment(database: str) -> None:
    """Three processes make one ledger, one tool, one revision per content and one verdict."""
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as pool:
        results = list(pool.map(work, [database] * 3, range(3)))
    assert len({answer for _, answer in results}) == 1
    assert len({tuple(numbers[:4]) for numbers, _ in results}) == 1
    assert sorted({number for numbers, _ in results for number in numbers}) == list(range(1, 8))
    with open_ledger(database) as ledger:
        assert (ledger.stats().verdicts, ledger.stats().tools) == (1, 1)
        assert ledger.verify().sound


def test_several_threads_share_one_ledger(ledger: Ledger) -> None:
    """Forty reviews by eight threads over five tools: every run stands, every question once."""
    with ThreadPoolExecutor(8) as pool:
        tools = [make_tool(name=f"Tool {n % 5}", slug=f"tool-{n % 5}") for n in range(40)]
        cards = list(pool.map(lambda job: review(ledger, job[1], minute=job[0]), enumerate(tools)))
    stats = ledger.stats()
    assert (stats.tools, stats.revisions, stats.verdicts, stats.runs) == (5, 5, 20, 40)
    assert [row.run for row in ledger.tools(1)] == [cards[-1].provenance.run]
    assert ledger.verify().sound
