"""A report as JUnit XML, for the test pages of a CI system.

One suite for each persona and one test for each decision of gold. Without a gate a disagreement is a failure.
With one, the gate alone passes or fails, in a suite of its own: single disagreements are then expected, and
stand in their test's output.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.evaluation.audits.results import AuditReport, AuditResult
    from panel.evaluation.gate import Check
    from panel.evaluation.measured import Measured
    from panel.evaluation.report import Disagreement


def render_junit(measured: Measured) -> str:
    """Write a report as JUnit XML, in ASCII."""
    return _document(measured.report.name, (*_gate(measured), *_canaries(measured), *_personas(measured)))


def render_audit_junit(report: AuditReport) -> str:
    """Write what audits found as JUnit XML, in ASCII: one test for each audit."""
    return _document(report.name, [_suite("audits", [_audit(result) for result in report.audits.values()])])


def _document(name: str, suites: Iterable[list[str]]) -> str:
    text = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites name={_quoted(name)}>",
            *(line for suite in suites for line in suite),
            "</testsuites>",
            "",
        )
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _audit(result: AuditResult) -> list[str]:
    elements = {"fail": "failure", "inconclusive": "error", "abstained": "skipped", "not run": "skipped"}
    return _judged("audits", result.audit, result.reason, elements.get(result.outcome, ""))


def _canaries(measured: Measured) -> Iterator[list[str]]:
    elements = {"shipped": "failure", "not judged": "error"}
    tests = [
        _judged("canaries", check.id, check.sentence, elements.get(check.state, ""))
        for check in measured.canaries
    ]
    if tests:
        yield _suite("canaries", tests)


def _judged(suite: str, name: str, reason: str, element: str) -> list[str]:
    """Write one test with its reason; without an element it has passed."""
    told = f"<{element} message={_quoted(reason)}></{element}>"
    if not element:
        told = f"<system-out>{_text(reason)}</system-out>"
    return [_case(suite, name), told, "</testcase>"]


def _gate(measured: Measured) -> Iterator[list[str]]:
    if measured.gate is None:
        return
    tests = [_check(check) for check in measured.gate.checks]
    if measured.report.state == "partial":
        reason = _quoted(measured.gate.reason)
        tests.append(
            [_case("gate", "the run is complete"), f"<error message={reason}></error>", "</testcase>"]
        )
    yield _suite("gate", tests)


def _check(check: Check) -> list[str]:
    return _judged("gate", check.figure, check.reason, {100: "failure", 3: "error"}.get(check.status, ""))


def _personas(measured: Measured) -> Iterator[list[str]]:
    found = {(each.persona, each.case): each for each in measured.report.disagreements}
    for persona in measured.report.personas:
        tests = []
        for case in measured.golden.cases:
            expected = case.expected.get(persona)
            if expected is None:
                tests.append(
                    [_case(persona, case.id), '<skipped message="gold says nothing"/>', "</testcase>"]
                )
                continue
            lines = [_case(persona, case.id)]
            each = found.get((persona, case.id))
            if each is not None:
                lines += _told(each, gated=measured.gate is not None)
            tests.append([*lines, "</testcase>"])
        yield _suite(persona, tests)


def _told(each: Disagreement, *, gated: bool) -> list[str]:
    message = f"gold says {each.expected}, the persona {each.decision}"
    body = _text("\n".join(part for part in (message, each.gold_reason, each.reason, each.quote) if part))
    if gated:
        return [f"<system-out>{body}</system-out>"]
    lost = each.decision in {"failed", "unanswered"}
    element = "error" if lost else "failure"
    return [f"<{element} message={_quoted(message)}>{body}</{element}>"]


def _suite(name: str, tests: list[list[str]]) -> list[str]:
    flat = [line for test in tests for line in test]
    counts = {
        "tests": len(tests),
        "failures": sum(line.startswith("<failure") for line in flat),
        "errors": sum(line.startswith("<error") for line in flat),
        "skipped": sum(line.startswith("<skipped") for line in flat),
    }
    told = " ".join(f'{key}="{count}"' for key, count in counts.items())
    return [f"<testsuite name={_quoted(name)} {told}>", *flat, "</testsuite>"]


def _case(suite: str, name: str) -> str:
    return f"<testcase classname={_quoted(suite)} name={_quoted(name)}>"


def _quoted(text: str) -> str:
    return f'"{_text(" ".join(text.split()))}"'


def _text(text: str) -> str:
    return escape("\n".join(visible(line) for line in text.splitlines()), quote=True)
