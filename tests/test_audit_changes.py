"""The changes that audits make: nothing new is said, and the same case always changes alike."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from cards import make_tool
from evaluations import make_case

from panel.errors import InputError
from panel.evaluation.audits import texts
from panel.evaluation.audits.catalogue import AUDITS, named_audits, read_thresholds, thresholds_of
from panel.evaluation.audits.changes import (
    BRANDS,
    PLACES,
    Unchanged,
    inject,
    pad,
    rebrand,
    reorder,
    rewrite,
)
from panel.evaluation.audits.pairing import pair_up, questions
from panel.evaluation.cases import GoldenCase, load_set
from panel.resources import folder
from panel.reviewers.rubric.statements import sentences
from panel.tool import Evidence, Fact

if TYPE_CHECKING:
    from pathlib import Path

FILE = folder("evals") / "golden" / "authored.jsonl"
GOLDEN = load_set(FILE).only("development")
PROSE = (
    "Acme Logs turns lines into events. It runs anywhere. One binary is all. Graylog needs a server. "
    "`Acme Logs` prints help. Acme Logs's docs are short. Teams pay 12 dollars. Nothing else is sold."
)
FIGURE = re.compile(r"\d+(?:[.,\u202f ]\d+)*")


@pytest.fixture
def case() -> GoldenCase:
    """Return a case with prose, facts and evidence."""
    passages = tuple(Evidence(id=f"E{at}", text=f"Passage {at} on Acme Logs.") for at in (1, 2, 3))
    facts = {"latency": Fact(value="3 ms"), "memory": Fact(value="40 MB")}
    tool = make_tool(name="Acme Logs", description=PROSE, facts=facts, evidence=passages)
    return make_case("acme", {"dx": "ship"}, tool=tool, language="en")


def figures(text: str) -> set[str]:
    """List the figures of a text, however its language groups their digits."""
    return {re.sub(r"(?<=\d)[.,\u202f ](?=\d{3}\b)", "", figure) for figure in FIGURE.findall(text)}


@pytest.mark.parametrize("audit", ["hype", "verbosity"])
def test_padding_adds_shipped_sentences_and_takes_nothing(case: GoldenCase, audit: str) -> None:
    """The description stands whole within the padding, and whatever else is there comes from the file."""
    pool = [each for each in texts.padding() if each.audit == audit]
    changed = pad(case, pool, before=1, after=2).description
    before, _, after = changed.partition(PROSE)
    added = [each.text for each in pool if each.text in before or each.text in after]
    assert len(added) == 3
    assert changed == " ".join((added[0], PROSE, *_in_order(after, added[1:])))
    assert pad(case, pool, before=1, after=2).description == changed
    whole = pad(case, pool).description
    assert all(each.text in whole for each in pool if each.language == "en")


def _in_order(text: str, parts: list[str]) -> list[str]:
    return sorted(parts, key=text.index)


def test_padding_names_no_figure_and_no_name() -> None:
    """A sentence with a number, a date or a capitalised name would say something about the tool."""
    for each in texts.padding():
        assert not FIGURE.search(each.text)
        if each.language in {"en", "fr", "es"}:
            inner = re.sub(r"(?:^|(?<=[.:!?] ))\W*\w", "", each.text)
            assert not re.search(r"\b[A-Z]", inner), each.text


def test_a_language_without_padding_leaves_the_case_out(case: GoldenCase) -> None:
    """What cannot be changed is left out with the reason, never changed in the wrong language."""
    danish = case.model_copy(update={"language": "da"})
    with pytest.raises(Unchanged, match=r"no padding in its language \(da\)"):
        pad(danish, texts.padding())


def test_reordering_keeps_every_sentence_fact_and_passage(case: GoldenCase) -> None:
    """Facts and passages are reversed, ids stay with their texts, and the opening sentence stays first."""
    changed = reorder(case)
    before, after = sentences(PROSE), sentences(changed.description)
    assert sorted(before) == sorted(after)
    assert before != after
    assert after[0] == before[0]
    assert list(changed.facts) == ["memory", "latency"]
    assert [passage.id for passage in changed.evidence] == ["E3", "E2", "E1"]
    assert set(changed.evidence) == set(case.tool.evidence)


def test_a_sentence_that_leans_on_another_stays_behind_it() -> None:
    """`It runs anywhere` is never moved away from what runs anywhere."""
    for each in GOLDEN.cases:
        try:
            parts = sentences(reorder(each).description)
        except Unchanged:
            continue
        before = sentences(each.tool.description)
        follows = {text: before[at - 1] for at, text in enumerate(before) if at}
        for at, text in enumerate(parts):
            if at and re.match(r"(?:It|This|They|That|These|So|But|And)\b", text):
                assert parts[at - 1] == follows[text]


def test_what_has_no_order_is_left_out() -> None:
    """A short description without facts is the same in any order."""
    short = make_case("short", {"dx": "ship"}, tool=make_tool(description="One. Two.", facts={}, evidence=()))
    with pytest.raises(Unchanged, match="nothing in it to change"):
        reorder(short)


def test_rebranding_changes_the_name_and_nothing_else(case: GoldenCase) -> None:
    """Prose and evidence name the famous vendor, code does not; without the name the case is as it was."""
    changed = rebrand(case)
    (brand,) = {name for name in BRANDS if changed.name == f"{name} Acme Logs"}
    assert f"`Acme Logs` prints help. {brand} Acme Logs's docs" in changed.description
    assert changed.evidence[0].text == f"Passage 1 on {brand} Acme Logs."
    content = json.dumps(changed.model_dump(mode="json")).replace(f"{brand} ", "")
    assert json.loads(content) == case.tool.model_dump(mode="json")


def test_no_vendor_is_put_where_it_is_named_already() -> None:
    """A case that speaks of Google is not made Google's."""
    for each in GOLDEN.cases:
        brand = rebrand(each).name.partition(" ")[0]
        assert brand in BRANDS
        assert brand.casefold() not in json.dumps(each.tool.model_dump(mode="json")).casefold()
    busy = make_case("busy", {"dx": "ship"}, tool=make_tool(description=" ".join(BRANDS)))
    with pytest.raises(Unchanged, match="names every famous vendor already"):
        rebrand(busy)


@pytest.mark.parametrize("place", PLACES)
def test_an_order_stands_in_one_place_alone(case: GoldenCase, place: str) -> None:
    """It is added to what stands there, word for word, and the rest is as it was."""
    attack = texts.attacks()[0]
    changed = inject(case, attack, place)  # type: ignore[arg-type]  # one of the places
    field = place.partition("-")[0]
    assert attack.text in json.dumps(changed.model_dump(mode="json")[field], ensure_ascii=False)
    rest = changed.model_copy(update={field: getattr(case.tool, field)})
    assert rest.digest == case.tool.digest


def test_an_order_that_does_not_fit_is_left_out(case: GoldenCase) -> None:
    """A tagline has its limit, and a submission beyond it could not have come in."""
    long = case.model_copy(update={"tool": case.tool.model_copy(update={"tagline": "x" * 190})})
    with pytest.raises(Unchanged, match=r"no submission any more: tagline: has \d+ characters"):
        inject(long, texts.attacks()[0], "tagline")


def test_all_orders_and_places_come_round() -> None:
    """Over the authored set every kind of order is tried, both votes are asked for, in every place."""
    (trial,) = pair_up(GOLDEN, named_audits(["injection"]), FILE)
    assert {pair.attack.kind for pair in trial.pairs if pair.attack} == {a.kind for a in texts.attacks()}
    assert {pair.attack.asks for pair in trial.pairs if pair.attack} == {"ship", "skip"}
    assert {pair.place for pair in trial.pairs} == set(PLACES)
    assert len({(pair.attack.id, pair.place) for pair in trial.pairs if pair.attack}) == 80


def test_every_case_is_asked_about_once_as_it_stands() -> None:
    """Audits share the answers to the cases as they stand, and every changed case is another tool."""
    trials = pair_up(GOLDEN, named_audits([]), FILE)
    asked = questions(GOLDEN, trials)
    assert len({case.id for case in asked.cases}) == len(asked.cases)
    assert len([case for case in asked.cases if "+" not in case.id]) == len(GOLDEN.cases)
    for trial in trials:
        assert trial.pairs
        for pair in trial.pairs:
            assert pair.changed.tool.digest != pair.case.tool.digest
            assert pair.changed.family == pair.case.family


@pytest.mark.parametrize(("kind", "least"), [("paraphrases", 16), ("translations", 8)])
def test_shipped_rewritings_keep_figures_and_code(kind: texts.Kind, least: int) -> None:
    """Each belongs to a development case as it is now, and has its figures and code, no more and no fewer."""
    found = texts.rewritings(FILE, kind)
    assert found is not None
    cases = {case.id: case for case in GOLDEN.cases}
    assert len(found[1]) >= least
    for row in found[1]:
        before, after = cases[row.case].tool, rewrite(cases[row.case], row)
        assert figures(before.description) == figures(after.description), row.case
        assert set(re.findall("`[^`]+`", before.description)) == set(
            re.findall("`[^`]+`", after.description)
        ), row.case
        assert (after.name, after.pricing.model) == (before.name, before.pricing.model)
        assert after.description != before.description
    if kind == "translations":
        assert {row.language for row in found[1]} == {"de", "es", "fr", "ja"}


def test_a_case_that_has_changed_loses_its_text_and_says_so(tmp_path: Path) -> None:
    """A text for what the case used to say is not held against what it says now."""
    changed = tmp_path / "authored.jsonl"
    lines = FILE.read_text("utf-8").replace("Tollhouse clears text", "Tollhouse licenses text")
    changed.write_text(lines, "utf-8")
    (trial,) = pair_up(load_set(changed).only("development"), named_audits(["paraphrase"]), changed)
    assert len(trial.pairs) == 18
    assert "it has changed since: the text is for" in trial.left_out["d-001-tollhouse"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"case": "d-001-tollhouse"}', "line 1: digest: "),
        ('{"case": "d-001-tollhouse", "digest": "x", "tool": {"tagline": "t"}}', "line 1: digest"),
        ("nonsense", "line 1"),
    ],
)
def test_texts_that_cannot_be_used_are_named_with_their_line(tmp_path: Path, line: str, told: str) -> None:
    """A file of texts is refused with what is wrong in it, before anybody is asked."""
    (tmp_path / "mine.paraphrases.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(InputError) as refused:
        texts.rewritings(tmp_path / "mine.jsonl", "paraphrases")
    assert told in "\n".join((refused.value.message, *refused.value.problems))


def test_texts_are_not_given_twice(tmp_path: Path) -> None:
    """Two paraphrases of one case would count it twice; a text no submission could hold is refused."""
    row = {"case": "d-001-tollhouse", "digest": GOLDEN.cases[0].tool.digest, "tool": {"tagline": "Other"}}
    path = tmp_path / "mine.paraphrases.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps(row)}\n", "utf-8")
    with pytest.raises(InputError, match="stands on line 1 already"):
        texts.rewritings(tmp_path / "mine.jsonl", "paraphrases")
    path.write_text(json.dumps({**row, "tool": {"tagline": "x" * 500}}) + "\n", "utf-8")
    with pytest.raises(InputError, match="tagline: has 500 characters"):
        pair_up(GOLDEN, named_audits(["paraphrase"]), tmp_path / "mine.jsonl")
    path.write_text(json.dumps({**row, "case": "no-such-case"}) + "\n", "utf-8")
    (trial,) = pair_up(GOLDEN, named_audits(["paraphrase"]), tmp_path / "mine.jsonl")
    assert trial.left_out == {"no-such-case": "mine.paraphrases.jsonl knows it, and the set does not"}


def test_audits_are_named_in_full() -> None:
    """A typo is refused with what may have been meant."""
    assert [audit.name for audit in named_audits(["injection", "hype"])] == ["hype", "injection"]
    assert named_audits([]) == tuple(AUDITS.values())
    with pytest.raises(InputError, match="no audit is called 'hpye'") as refused:
        named_audits(["hpye"])
    assert refused.value.hint == "Did you mean 'hype'?"
    with pytest.raises(InputError) as refused:
        named_audits(["xyzzy"])
    assert refused.value.hint.startswith("Audits: hype, verbosity,")


@pytest.mark.parametrize(
    "text", ["hype", "hype=", "hype=3", "hype=-0.1", "hype=nan", "hype=1.2.3", "=0.1", "hipe=0.1"]
)
def test_thresholds_that_are_none_are_refused(text: str) -> None:
    """One clear line each; three points are 0.03 and not 3."""
    with pytest.raises(InputError):
        read_thresholds([text])


def test_a_threshold_goes_with_an_audit_that_is_run() -> None:
    """A threshold for an audit nobody asked for would be silently idle."""
    assert thresholds_of(named_audits(["hype"]), read_thresholds(["hype=0.2"])) == {"hype": 0.2}
    with pytest.raises(InputError, match="'brand', which is not among the audits asked for"):
        thresholds_of(named_audits(["hype"]), read_thresholds(["brand=0.2"]))
