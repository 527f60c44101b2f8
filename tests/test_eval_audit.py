"""`eval audit` and the canary at the command line: what is asked, how it is shown, and how it exits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from readings import Page
from servers.panelist import Panelist, serving

from panel.resources import folder
from panel.testing import ByPricing, HypeSensitive, Lenient, Script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]

EVALS = folder("evals")
AUDIT = ("eval", "audit")
MODEL = ("--model", "openai:gpt-6-luna", "--persona", "dx", "--quiet")


@pytest.fixture
def few(here: Path) -> Path:
    """Return ten unrelated cases of the authored set, in a file of their own."""
    lines = (EVALS / "golden" / "authored.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    kept = [case for case in cases if case["split"] == "development" and case["difficulty"] == "clear"]
    seen: dict[str, dict[str, Any]] = {}
    for case in kept:
        seen.setdefault(case["cluster"], case)
    path = here / "few.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in list(seen.values())[:10]), "utf-8")
    return path


@pytest.fixture
def panelist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panelist]:
    """Run a server whose dx reviewer decides by price."""
    with serving(Panelist(scripts={"dx": Script(flaws=(ByPricing(),))})) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
        yield server


def content_of(run: Run, *arguments: str | Path) -> dict[str, Any]:
    """Run a command with --format json and return its result, whatever its status."""
    content: dict[str, Any] = json.loads(run(*arguments, "--format", "json", "--quiet").out)
    return content


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    """Return what was found about the offline rubric, as it is committed."""
    found: dict[str, Any] = json.loads((EVALS / "baselines" / "rubric-audit.json").read_text("utf-8"))
    return found


def test_the_rubric_is_audited_with_no_key(run: Run, committed: dict[str, Any]) -> None:
    """All seven audits run on the shipped set, and find what is committed about this checkout's rubric."""
    done = run(*AUDIT, "authored", "--no-ledger", "--format", "json")
    found = json.loads(done.out)
    assert found["golden"]["split"] == committed["golden"]["split"] == "development"
    assert found["audits"] == committed["audits"]
    assert found["provenance"]["engines"] == committed["provenance"]["engines"]
    assert done.status == found["status"]
    assert found["reason"] in done.err
    assert found["audits"]["injection"]["figures"]["success_rate"]["value"] == 0
    assert found["audits"]["language"]["outcome"] == "abstained"


def test_json_keeps_its_schema(run: Run, committed: dict[str, Any]) -> None:
    """What is printed validates against the schema that is printed."""
    schema = json.loads(run("schema", "audit").out)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(committed)
    assert not Draft202012Validator(schema).is_valid({**committed, "status": 1})


def test_a_flawed_model_fails_and_a_clean_one_passes(run: Run, few: Path, panelist: Panelist) -> None:
    """Over real sockets: 100 for a model that praise persuades, 0 for one that it does not."""
    audit = (*AUDIT, few, "--audit", "hype", *MODEL)
    clean = run(*audit, "--db", "clean.db")
    assert clean.status == 0, clean.err
    assert clean.out.startswith("PASSED · 1 passed of 1 audits")
    panelist.scripts["dx"] = Script(flaws=(ByPricing(), HypeSensitive()))
    flawed = run(*audit, "--db", "flawed.db")
    assert flawed.status == 100
    assert flawed.out.startswith("FAILED · 1 failed of 1 audits")
    assert run(*audit, "--db", "flawed.db", "--threshold", "hype=1").status == 0


def test_nothing_is_paid_twice(run: Run, few: Path, panelist: Panelist) -> None:
    """What stands is not asked again, and a further audit asks only for its changed cases."""
    first = run(*AUDIT, few, "--audit", "hype", *MODEL)
    assert first.status == 0, first.err
    assert len(panelist.asked) == 10 + 10
    run(*AUDIT, few, "--audit", "hype", *MODEL)
    assert len(panelist.asked) == 20
    told = run(*AUDIT, few, "--audit", "hype", "--audit", "brand", *MODEL, "--dry-run")
    assert "20 answers re-used, 10 asked." in told.out
    assert "about $0.0" in told.out
    assert len(panelist.asked) == 20


def test_a_budget_that_runs_out_is_no_verdict(run: Run, few: Path, panelist: Panelist) -> None:
    """Status 5, partial, and inconclusive: lost answers are neither a flaw nor a proof."""
    done = run(*AUDIT, few, "--audit", "hype", *MODEL, "--budget-usd", "0.006", "--calls", "2", "-f", "json")
    assert done.status == 5, done.err
    found = json.loads(done.out)
    assert found["state"] == "partial"
    assert found["audits"]["hype"]["outcome"] == "inconclusive"
    assert panelist.asked


@pytest.mark.parametrize("form", ["text", "plain", "md", "html", "junit"])
def test_every_format_tells_every_outcome(run: Run, few: Path, form: str) -> None:
    """What was not run stands there with its reason, beside what was."""
    done = run(*AUDIT, few, "--format", form, "--no-ledger", "--quiet")
    assert done.status in {3, 100}
    text = " ".join(Page(done.out).texts) if form == "html" else done.out.replace("\\", "")
    assert "there are no paraphrases of this set: few.paraphrases.jsonl would hold them" in " ".join(
        text.split()
    )
    if form == "junit":
        assert done.out.count("<testcase") == 7
        assert done.out.count("<skipped") == 2
    else:
        assert text.count("not run") >= 2
        assert "Brand swap" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--audit", "hipe"), "Did you mean 'hype'?"),
        (("--threshold", "hype=3"), "a share from 0 to 1"),
        (("--threshold", "hype"), "Write AUDIT=SHARE"),
        (("--audit", "brand", "--threshold", "hype=0.1"), "not among the audits asked for"),
        (("--audit", "paraphrase"), "nothing to audit: paraphrase: there are no paraphrases"),
    ],
)
def test_bad_input_gets_one_clear_line(run: Run, few: Path, arguments: tuple[str, ...], told: str) -> None:
    """Nothing is asked, nothing is printed, and the line says what to do."""
    done = run(*AUDIT, few, *arguments)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) <= 2


def test_a_canary_rides_along_and_enters_no_figure(run: Run) -> None:
    """The rubric skips both, which is told, and the figures are those of the run without them."""
    alone = content_of(run, "eval", "run", "seed", "--no-ledger")
    done = run("eval", "run", "seed", "--no-ledger", "--canary", "--format", "json")
    assert done.status == 0
    found = json.loads(done.out)
    assert [check["state"] for check in found["canaries"]] == ["skipped", "skipped"]
    assert "The canary Vantaglow Core was skipped, as it has to be." in done.err
    assert alone["canaries"] == []
    assert found["personas"]["business"]["counts"] == alone["personas"]["business"]["counts"]
    assert found["panel"]["skip_recall"] == alone["panel"]["skip_recall"]
    assert found["unknown_cases"] == {}
    assert "36 asked" in run("eval", "run", "seed", "--canary", "--no-ledger", "--dry-run").out


@pytest.mark.parametrize("form", ["plain", "md", "html", "junit"])
def test_a_canary_that_is_shipped_condemns_the_run(run: Run, panelist: Panelist, form: str) -> None:
    """100, in the headline and in a section of its own, with who shipped it."""
    panelist.scripts["dx"] = Script(flaws=(Lenient(),))
    done = run("eval", "run", "seed", *MODEL, "--canary", "--format", form)
    assert done.status == 100
    if form == "junit":
        assert done.out.count("<failure message=&quot;The canary") == 0
        assert done.out.count('<failure message="The canary') == 2
    else:
        assert "CANARY SHIPPED" in done.out
        assert "Canaries" in done.out
        assert "Vantaglow Core" in done.out


def test_a_canary_without_a_vote_leaves_the_run_inconclusive(run: Run, panelist: Panelist) -> None:
    """Abstaining from a canary proves nothing: 3."""
    panelist.scripts["dx"] = Script("insufficient-information")
    done = run("eval", "run", "seed", "--model", "openai:gpt-6-luna", "--persona", "dx", "--canary")
    assert done.status == 3
    assert "got no vote (insufficient-information): it shows nothing." in done.err
