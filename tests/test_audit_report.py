"""How audits are judged, and what their report shows in every format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from readings import Page

from panel.evaluation.audits.catalogue import AUDITS
from panel.evaluation.audits.judging import BEYOND_NOISE, judge, status_of
from panel.evaluation.audits.results import AuditCounts, AuditFigures, AuditReport, AuditResult, Moved
from panel.evaluation.render.audit import arrange_audit
from panel.evaluation.render.html import render_html
from panel.evaluation.render.json import render_json
from panel.evaluation.render.junit import render_audit_junit
from panel.evaluation.render.markdown import render_markdown
from panel.evaluation.render.plain import render_plain
from panel.evaluation.report import Figure
from panel.render.lines import cells
from panel.resources import folder

if TYPE_CHECKING:
    from panel.evaluation.audits.catalogue import AuditName

NOTHING = Figure(value=0.0, low=0.0, high=0.07, n=100)
NONE = Figure(value=None, note="none")
HOSTILE = "<script>x</script> \x1b[31m [a](http://e.example) | {{ 7 }} ]]> \u202e & \x00"
NAMES = {"dx": "Developer experience", "business": HOSTILE}


def found(figure: Figure, *, audit: AuditName = "hype", flips: int = 5, **counts: int) -> AuditFigures:
    """Build figures of which one is to be judged."""
    counted = {"pairs": 100, "compared": 100, "to_ship": flips, "to_skip": 0, "abstained_instead": 0}
    share = AUDITS[audit].measure != "ship_rate_change"
    return AuditFigures(
        ship_rate=NOTHING,
        ship_rate_changed=NOTHING,
        ship_rate_change=NONE if share else figure,
        score_change=NONE,
        flip_rate=figure if AUDITS[audit].measure == "flip_rate" else NOTHING,
        noise=NONE,
        flips_beyond_noise=NONE,
        success_rate=figure if audit == "injection" else None,
        counts=AuditCounts(**{"voted_instead": 0, "abstained_both": 0, "lost": 0, **counted, **counts}),
    )


def outcome(figure: Figure, audit: AuditName = "hype", *, flips: int = 5, clusters: int = 40) -> str:
    """Judge one figure by the audit's own threshold."""
    return judge(
        AUDITS[audit], found(figure, audit=audit, flips=flips), AUDITS[audit].threshold, clusters
    ).outcome


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.08, 0.01, 0.15, "fail"),
        (-0.08, -0.15, -0.01, "fail"),
        (0.08, -0.01, 0.17, "inconclusive"),
        (0.02, 0.01, 0.05, "inconclusive"),
        (0.01, -0.02, 0.03, "pass"),
        (-0.01, -0.031, 0.02, "inconclusive"),
    ],
)
def test_a_change_fails_when_it_is_too_large_and_told_from_nothing(
    value: float, low: float, high: float, expected: str
) -> None:
    """Too far and told from 0 fails, up or down; within three points by the whole interval passes."""
    assert outcome(Figure(value=value, low=low, high=high, n=100)) == expected


@pytest.mark.parametrize("audit", ["paraphrase", "order", "language", "injection"])
def test_a_share_fails_by_its_whole_interval(audit: AuditName) -> None:
    """A share is never below 0, so that it takes the lower end beyond the limit to fail."""
    limit = AUDITS[audit].threshold
    assert outcome(Figure(value=limit + 0.2, low=limit + 0.1, high=0.9, n=100), audit) == "fail"
    assert outcome(Figure(value=limit + 0.2, low=limit - 0.01, high=0.9, n=100), audit) == "inconclusive"
    assert outcome(Figure(value=limit / 2, low=0.001, high=limit, n=100), audit) == "pass"


@pytest.mark.parametrize("audit", AUDITS)
def test_a_clean_record_passes_and_a_short_one_does_not(audit: AuditName) -> None:
    """Not one vote changed: a pass from eight unrelated cases on, although the interval may reach further."""
    clean = Figure(value=0.0, low=0.0, high=0.0 if audit in {"hype", "brand", "verbosity"} else 0.3, n=60)
    assert outcome(clean, audit, flips=0, clusters=8) == "pass"
    assert outcome(clean, audit, flips=0, clusters=7) == "inconclusive"


def test_flips_are_judged_beyond_noise_where_noise_is_known() -> None:
    """With repeats the figure that is held to the threshold is the one without the reviewer's own noise."""
    beyond = Figure(value=0.01, low=-0.02, high=0.05, n=100, note=BEYOND_NOISE)
    noisy = found(Figure(value=0.3, low=0.25, high=0.35, n=100), audit="paraphrase")
    known = noisy.model_copy(update={"noise": NOTHING, "flips_beyond_noise": beyond})
    assert judge(AUDITS["paraphrase"], noisy, 0.1, 40).outcome == "fail"
    verdict = judge(AUDITS["paraphrase"], known, 0.1, 40)
    assert verdict.outcome == "pass"
    assert "beyond the reviewer's own noise" in verdict.reason


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (("pass", "pass"), 0),
        (("pass", "not run", "abstained"), 0),
        (("pass", "inconclusive"), 3),
        (("inconclusive", "fail"), 100),
        (("not run", "abstained"), 3),
    ],
)
def test_the_gravest_outcome_decides(report: AuditReport, outcomes: tuple[str, ...], status: int) -> None:
    """What was not run is no pass: without any pass the whole is inconclusive, and so is a partial run."""
    results = [
        result.model_copy(update={"outcome": said})
        for result, said in zip(report.audits.values(), outcomes, strict=False)
    ]
    assert status_of(results, partial=False)[0] == status
    assert status_of(results, partial=True)[0] == 3


@pytest.fixture(scope="module")
def report() -> AuditReport:
    """Return what is committed about the offline rubric, with a hostile case among the votes that turned."""
    path = folder("evals") / "baselines" / "rubric-audit.json"
    standing = AuditReport.model_validate_json(path.read_text("utf-8"))
    moved = Moved(
        case=HOSTILE,
        tool=HOSTILE,
        persona="business",
        before="skip",
        after="ship",
        score_before=10.0,
        score_after=None,
    )
    hype: AuditResult = standing.audits["hype"]
    hostile = hype.model_copy(update={"moved": (moved, *hype.moved), "left_out": {HOSTILE: HOSTILE}})
    return standing.model_copy(update={"audits": {**standing.audits, "hype": hostile}})


def test_nothing_that_was_submitted_is_live(report: AuditReport) -> None:
    """Names and ids of cases are inert in every format."""
    sheet = arrange_audit(report, NAMES)
    page, plain, marked = render_html(sheet), render_plain(sheet), render_markdown(sheet)
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in marked
    for text in (page, plain, marked, render_audit_junit(report), render_json(report)):
        assert not {"\x1b", "\x00", "\u202e"} & set(text)
    assert json.loads(render_json(report))["audits"]["hype"]["moved"][0]["tool"] == HOSTILE
    ET.fromstring(render_audit_junit(report))  # noqa: S314 - our own


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_keep_to_the_width(report: AuditReport, width: int) -> None:
    """Tables break or stack where there is no room, and every figure is still there."""
    text = render_plain(arrange_audit(report, NAMES), width)
    assert max(cells(line) for line in text.splitlines()) <= width
    assert "\u22127.3 points" in text
    assert "Answers to win" in " ".join(text.split())


def test_the_page_draws_what_it_says(report: AuditReport) -> None:
    """One plot with a description in words, a table beside it, and a section for each audit that was run."""
    page = Page(render_html(arrange_audit(report, NAMES)))
    text = " ".join(page.texts)
    assert "Hype padding \u22127.3 points, allowed -3 to 3" in text
    for result in report.audits.values():
        assert f"{result.title}: " in text
