"""What an evaluation shows, in every format: complete, explained, inert, and the same figures throughout."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from evaluations import make_answers, make_set
from jsonschema import Draft202012Validator
from readings import Page, outline

from panel.evaluation.measured import Demand, measure, unread_languages
from panel.evaluation.paired import compare_answers
from panel.evaluation.render.content import arrange_report
from panel.evaluation.render.html import render_html
from panel.evaluation.render.json import evaluation_schema, render_report_json
from panel.evaluation.render.junit import render_junit
from panel.evaluation.render.markdown import render_markdown
from panel.evaluation.render.pair import arrange_paired
from panel.evaluation.render.plain import render_plain
from panel.intake.personas import load_personas
from panel.render.lines import cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.measured import Measured

PERSONAS = load_personas()
GOLD = {"dx": "++++----a?", "business": "+-+-+-+-+-"}
SAID = {"dx": "+++-----a+", "business": "++++++++a-"}
SCORES = {"dx": [80, 70.5, 66, 41, 30, 22, 10, 35, 50, 61], "business": [70.0] * 10}
HOSTILE = "<script>x</script> \x1b[31m [a](http://e.example) | {{ 7 }} ]]> \u202e & \x00"


def found(
    said: Mapping[str, str] | None = None,
    *,
    gated: bool = False,
    gold: GoldenSet | None = None,
    quote: str = "I said so.",
) -> Measured:
    """Measure made-up answers to a made-up set, beside a rubric that always ships."""
    golden = gold or make_set(GOLD)
    answers = make_answers([said or SAID] * 2, scores=SCORES, quote=quote, spec="a:b")
    demand = Demand(floors={"dx.skip_recall": 0.1, "business.skip_recall": 0.9}) if gated else None
    return measure(golden, answers, PERSONAS, rubric=always_ships(golden), demand=demand)


def always_ships(golden: GoldenSet) -> AnswerSet:
    """Answer every case with a ship, as the rubric."""
    row = "+" * len(golden.cases)
    return make_answers(dict.fromkeys(golden.personas, row), name="rubric", spec="rubric")


def every_text(measured: Measured) -> dict[str, str]:
    """Write a result in every format."""
    sheet = arrange_report(measured)
    return {
        "plain": render_plain(sheet),
        "markdown": render_markdown(sheet),
        "html": render_html(sheet),
        "json": render_report_json(measured),
        "junit": render_junit(measured),
    }


def test_the_result_comes_first_in_words() -> None:
    """A reader who stops after the first lines knows state, figures, and what they are to be held against."""
    lines = render_plain(arrange_report(found())).splitlines()
    assert lines[0].startswith("COMPLETE · balanced accuracy 0.69 (")
    opening = "\n".join(lines[:12])
    assert "always saying the same, which has 50" in opening
    assert "Of what gold skips, 60 % is skipped" in opening
    assert "Against the offline rubric on the same cases: +0." in opening


@pytest.mark.parametrize("form", ["plain", "markdown", "html"])
def test_every_disagreement_is_listed_with_its_quote(form: str) -> None:
    """Each case on which gold was not followed is there, with both decisions and what was written."""
    measured = found(quote="A sentence of its own.")
    text = every_text(measured)[form]
    assert len(measured.report.disagreements) == 6
    assert text.count("A sentence of its own.") == 6
    assert "business" in measured.report.personas
    for each in measured.report.disagreements:
        assert each.case in text.replace("\\", "")


@pytest.mark.parametrize("form", ["plain", "markdown", "html"])
def test_baselines_stand_beside_every_persona(form: str) -> None:
    """Majority and rubric are shown for each persona and for the panel."""
    text = every_text(found())[form]
    assert text.count("always the more frequent answer") == 3
    assert text.count("the offline rubric") >= 3


def test_a_flattering_panel_is_called_so() -> None:
    """Shipping everything is named, whatever its accuracy."""
    measured = found({"dx": "+" * 10, "business": "+" * 10})
    assert "The panel flatters: it ships nearly everything." in render_plain(arrange_report(measured))
    assert "The panel flatters" not in render_plain(
        arrange_report(found({"dx": GOLD["dx"].replace("?", "-"), "business": GOLD["business"]}))
    )


def test_languages_the_rubric_does_not_read_are_apart() -> None:
    """Their abstentions are errors in the headline, and the figures without them stand beside it."""
    golden = make_set({"dx": "++--+-"})
    cases = [
        case.model_copy(update={"language": "de" if at > 3 else "en"}) for at, case in enumerate(golden.cases)
    ]
    golden = golden.model_copy(update={"cases": tuple(cases)})
    rubric = make_answers({"dx": "++--aa"}, name="rubric", spec="rubric")
    assert unread_languages(golden, rubric) == ("de",)
    measured = measure(golden, rubric, PERSONAS, rubric=rubric)
    assert measured.report.panel.mean_balanced_accuracy.value == pytest.approx(2 / 3)
    assert measured.apart is not None
    assert measured.apart.report.panel.mean_balanced_accuracy.value == 1.0
    assert measured.apart.report.unknown_cases == {}
    text = render_plain(arrange_report(measured))
    assert "no verdict in German (2 cases), which counts as an error above" in text
    content = json.loads(render_report_json(measured))
    assert content["apart"]["languages"] == ["de"]
    assert content["apart"]["personas"]["dx"]["balanced_accuracy"]["value"] == 1.0


def test_json_has_every_figure_in_full() -> None:
    """`personas.<id>.<statistic>` is value, low and high, unrounded, and the whole keeps to its schema."""
    measured = found(gated=True)
    content = json.loads(every_text(measured)["json"])
    Draft202012Validator(evaluation_schema()).validate(content)
    for name in ("balanced_accuracy", "mcc", "kappa", "ship_recall", "skip_recall"):
        figure = getattr(measured.report.personas["dx"], name)
        assert content["personas"]["dx"][name]["value"] == figure.value
        assert content["personas"]["dx"][name]["low"] == figure.low
    assert content["gate"]["status"] == measured.gate.status if measured.gate else None
    assert content["against_rubric"]["first"] == "rubric"


@pytest.mark.parametrize("row", ["+" * 10, "-" * 10, "a" * 10, "f" * 10, " " * 9 + "+"])
@pytest.mark.parametrize("gold", ["+" * 10, "?" * 9 + "-", "+-+-+-+-+-", "a" * 10])
def test_degenerate_panels_are_shown_without_nan(row: str, gold: str) -> None:
    """Constant raters and one-sided gold end in named gaps, in every format."""
    measured = found({"dx": row, "business": row}, gold=make_set({"dx": gold, "business": gold}))
    for form, text in every_text(measured).items():
        assert not re.search(r"\bnan\b", text, re.IGNORECASE), form
    json.loads(render_report_json(measured), parse_constant=pytest.fail)


def test_junit_fails_disagreements_unless_a_gate_decides() -> None:
    """Without a gate each disagreement is a failure; with one, only what the gate finds is."""
    plain, gated = (suites(found(gated=gated)) for gated in (False, True))
    assert list(plain) == ["dx", "business"]
    assert sum(int(suite.attrib["failures"]) for suite in plain.values()) == 6
    assert int(plain["dx"].attrib["tests"]) == 10
    assert int(plain["dx"].attrib["skipped"]) == 1
    assert list(gated) == ["gate", "dx", "business"]
    assert [int(suite.attrib["failures"]) for suite in gated.values()] == [1, 0, 0]
    assert "business.skip_recall" in ET.tostring(gated["gate"], "unicode")


def suites(measured: Measured) -> dict[str, ET.Element]:
    """Read JUnit XML back: suites by name."""
    root = ET.fromstring(render_junit(measured))  # noqa: S314 - the program's own output
    return {suite.attrib["name"]: suite for suite in root}


def test_hostile_text_is_only_text() -> None:
    """A quote that carries markup, escapes and hidden characters changes nothing but itself."""
    tame, hostile = every_text(found(quote="x")), every_text(found(quote=HOSTILE))
    assert Page(hostile["html"]).skeleton == Page(tame["html"]).skeleton
    ET.fromstring(hostile["junit"])  # noqa: S314 - the program's own output
    for form, text in hostile.items():
        assert not {"\x1b", "\x00", "\u202e"} & set(text), form
    assert outline(hostile["markdown"]) == outline(tame["markdown"])


def test_the_page_stands_alone_and_is_in_order() -> None:
    """No script and no request; ids are unique, labels resolve, tables have captions, plots descriptions."""
    page = render_html(arrange_report(found(gated=True)))
    starts = [(tag, dict(attrs)) for tag, attrs in Page(page).skeleton if isinstance(attrs, list)]
    tags = [tag for tag, _ in starts]
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(tags)
    assert "default-src 'none'" in page
    ids = [attrs["id"] for _, attrs in starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    labels = {name for _, attrs in starts for name in str(attrs.get("aria-labelledby") or "").split()}
    assert labels <= set(ids)
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(ids)
    assert tags.count("table") == tags.count("caption") > 5
    # One forest and one heat map; for each persona a confusion, a strip and a reliability.
    assert tags.count("svg") == tags.count("desc") == 2 + 3 * 2


@pytest.mark.parametrize("width", [40, 80, 96])
def test_lines_keep_to_the_width(width: int) -> None:
    """Nothing is wider than the terminal, and nothing is cut."""
    text = render_plain(arrange_report(found(gated=True)), width)
    assert max(cells(line) for line in text.splitlines()) <= width
    assert "\u2026" not in text


def test_two_equal_runs_show_no_difference() -> None:
    """Nothing changed is said as such; what changed is listed by what it did."""
    golden = make_set(GOLD)
    first = make_answers(SAID, name="first")
    same = compare_answers(golden, first, first)
    names = {persona.id: persona.name for persona in PERSONAS}
    text = render_plain(arrange_paired(same, names))
    assert text.startswith("no difference shown")
    assert "both runs say the same throughout" in text
    better = make_answers({**SAID, "business": "+-+-+-+-a-"}, name="second")
    text = render_plain(arrange_paired(compare_answers(golden, first, better), names))
    assert "Wrong in the first run, right in the second: 4" in text
    assert "Business" in text
