"""`batch export` and `batch import`: the same questions and answers as files that somebody else carries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS
from sendings import KEY, SPECS, accounted, submission
from servers.batch_server import BatchServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from program import Run
    from servers.batch_server import Fate, Wanted

pytest_plugins = ["running", "batches"]

Carried = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_keys(server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the keys away: a file needs none."""
    assert server.port
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name)


def answered(path: Path, fate: Callable[[Wanted], Fate] = lambda _: "answer") -> Carried:
    """Answer an exported file as anybody's runner would, in another order."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    runner = BatchServer(fate=fate)
    batch = runner.take("openai" if "body" in lines[0] else "anthropic", lines)
    runner.end()
    return [json.loads(line) for line in (*batch.lines, *batch.errors)]


def kept(folder: Path, replies: Carried, *more: str) -> Path:
    """Write replies to a file."""
    path = folder / "replies.jsonl"
    path.write_text("\n".join([*map(json.dumps, replies), *more]) + "\n", "utf-8")
    return path


def test_a_file_is_answered_by_anybody(
    run: Run, tools: Path, here: Path, server: BatchServer, spec: str
) -> None:
    """Without a key and without a call the questions go out and the scorecards come in."""
    provider = spec.partition(":")[0]
    sent = accounted(run, "export", tools, "--for", provider, "--model", spec, "--out", here / "asked.jsonl")
    assert (sent["status"], sent["asked"], sent["sent"][0]["route"]) == (0, 12, "file")
    lines = [json.loads(line) for line in (here / "asked.jsonl").read_text("utf-8").splitlines()]
    fields = {"openai": {"custom_id", "method", "url", "body"}, "anthropic": {"custom_id", "params"}}
    assert all(line.keys() == fields[provider] for line in lines)
    assert all(len(line["custom_id"]) == 64 for line in lines)
    came = accounted(run, "import", kept(here, answered(here / "asked.jsonl")))
    assert (came["status"], came["answered"], len(came["cards"]), came["waiting"]) == (0, 12, 3, 0)
    assert (came["cost_usd"], came["batches"][0]["state"]) == (None, "done")
    one = here / "one.json"
    one.write_text(json.dumps(submission(1)), "utf-8")
    assert server.asked == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{provider.upper()}_API_KEY", KEY)
        card = json.loads(run("review", one, "--model", spec, "--format", "json").out)
    assert card["provenance"]["reused"] == list(PERSONAS)
    for verdict in card["verdicts"]:
        made = verdict["provenance"]
        assert (made["engine"], made["batch"], made["cost_usd"]) == (provider, "file", None)
        assert made["usage"]["input_tokens"] == 1000
    assert run("ledger", "verify").status == 0


def test_an_import_may_be_repeated(run: Run, tools: Path, here: Path, spec: str) -> None:
    """The same file again, or a line that stands in it twice, changes nothing; the first answer counts."""
    accounted(run, "export", tools, "--model", spec, "--out", here / "asked.jsonl")
    replies = answered(here / "asked.jsonl")
    other = answered(here / "asked.jsonl", lambda _: "refused")[:1]
    came = accounted(run, "import", kept(here, [*replies, *other]))
    assert (came["answered"], came["repeated"], came["failed"], came["status"]) == (12, 1, 0, 0)
    again = accounted(run, "import", kept(here, replies))
    assert (again["answered"], again["repeated"], again["cards"], again["status"]) == (0, 12, [], 0)


def test_a_line_that_cannot_be_taken_is_reported(run: Run, tools: Path, here: Path, spec: str) -> None:
    """Bad JSON, a key of nobody, another model, another form: each by line, and the rest is taken."""
    accounted(run, "export", tools, "--model", spec, "--out", here / "asked.jsonl")
    replies = answered(here / "asked.jsonl")
    foreign = answered(here / "asked.jsonl", lambda _: "foreign")
    stranger = {**replies[0], "custom_id": "0" * 64}
    nameless = {name: value for name, value in replies[0].items() if name != "custom_id"}
    shapeless = {"custom_id": replies[3]["custom_id"], "result": "good"}
    path = kept(here, [stranger, foreign[1], nameless, shapeless, *replies[4:]], '{"custom_id": "', "[1]")
    came = accounted(run, "import", path)
    assert (came["status"], came["answered"], came["refused"]) == (2, 8, 6)
    told = [line.partition("replies.jsonl, ")[2] for line in came["problems"]]
    assert told[0] == "line 1: its custom_id names a question that was never exported from this ledger"
    assert told[1].startswith("line 2: ")
    assert "answered, and" in told[1]
    assert told[2] == "line 3: the line has no custom_id"
    assert told[3].startswith("line 4: the line holds n")
    assert told[4:] == ["line 13: the line is not JSON", "line 14: the line is JSON, but no object"]
    assert accounted(run, "import", kept(here, replies))["answered"] == 4


def test_an_answer_to_another_prompt_is_refused(
    run: Run, tools: Path, here: Path, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the rules have changed since, the line names both digests; today's question can be exported."""
    accounted(run, "export", tools, "--model", spec, "--out", here / "asked.jsonl")
    replies = answered(here / "asked.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr("panel.prompting.MAX_OUTPUT_TOKENS", 9_000)
        came = accounted(run, "import", kept(here, replies))
        assert (came["status"], came["answered"], came["refused"], came["cards"]) == (2, 0, 12, [])
        assert "cannot be answered any more" in came["problems"][0]
        assert accounted(run, "export", tools, "--model", spec, "--dry-run")["asked"] == 12
    assert accounted(run, "import", kept(here, replies))["answered"] == 12


def test_only_what_was_exported_is_imported(
    run: Run, tools: Path, server: BatchServer, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer to a question that was sent to its provider comes from there, or not at all."""
    here = tools.parent
    accounted(run, "export", tools, "--model", spec, "--out", here / "asked.jsonl")
    replies = answered(here / "asked.jsonl")
    monkeypatch.setenv("SHIPPANEL_DB", "other.db")
    monkeypatch.setenv(f"{spec.partition(':')[0].upper()}_API_KEY", KEY)
    accounted(run, "submit", tools, "--model", spec)
    came = accounted(run, "import", kept(here, replies))
    assert len(server.batches) == 1
    assert (came["answered"], came["refused"]) == (0, 12)
    assert "was sent to its provider, not exported" in came["problems"][0]


def test_a_broken_answer_is_exported_again_with_the_rule(
    run: Run, tools: Path, here: Path, spec: str
) -> None:
    """What an import lists as broken or failed is what the next export holds."""
    accounted(run, "export", tools, "--model", spec, "--out", here / "asked.jsonl")
    fates: dict[str, Fate] = {"dx": "malformed", "business": "error"}
    came = accounted(
        run,
        "import",
        kept(here, answered(here / "asked.jsonl", lambda wanted: fates.get(wanted.persona, "answer"))),
    )
    assert (came["answered"], came["malformed"], came["failed"], came["status"]) == (6, 3, 3, 3)
    again = accounted(run, "export", tools, "--model", spec, "--out", here / "again.jsonl")
    assert again["asked"] == 6
    text = (here / "again.jsonl").read_text("utf-8")
    assert text.count("You have answered this once already.") == 3
    came = accounted(run, "import", kept(here, answered(here / "again.jsonl")))
    assert (came["answered"], len(came["cards"])) == (6, 3)


def test_each_provider_has_a_file_of_its_own(run: Run, tools: Path, here: Path) -> None:
    """A mixed panel is exported seat by seat; its reviews are counted when all answers are there."""
    panel = ("--model", SPECS["openai"], "--persona-model", f"dx={SPECS['anthropic']}")
    for provider, questions in (("openai", 9), ("anthropic", 3)):
        out = here / f"{provider}.jsonl"
        assert accounted(run, "export", tools, *panel, "--for", provider, "--out", out)["asked"] == questions
    came = accounted(run, "import", kept(here, answered(here / "openai.jsonl")))
    assert (came["answered"], came["cards"], came["waiting"]) == (9, [], 3)
    came = accounted(run, "import", kept(here, answered(here / "anthropic.jsonl")))
    assert (came["answered"], len(came["cards"])) == (3, 3)
    refused = run("batch", "export", tools, "--model", SPECS["openai"], "--for", "anthropic")
    assert (refused.status, "no seat is played by a model of anthropic" in refused.err) == (2, True)


def test_an_export_goes_to_files_or_to_standard_output(run: Run, tools: Path, here: Path) -> None:
    """Further batches have numbered files; on standard output there are the lines and nothing else."""
    first = ("batch", "export", tools, "--model", SPECS["openai"])
    done = run(*first, "--out", here / "asked.jsonl", "--max-requests", "5")
    assert done.status == 0
    assert done.out.startswith("Wrote 12 questions about 3 submissions in 3 batches.")
    sizes = [
        len((here / name).read_text().splitlines())
        for name in ("asked.jsonl", "asked-2.jsonl", "asked-3.jsonl")
    ]
    assert sizes == [5, 5, 2]
    for batch in accounted(run, "status")["batches"]:
        assert accounted(run, "cancel", batch["id"])["batches"][0]["state"] == "done"
    done = run(*first)
    assert [len(json.loads(line)["custom_id"]) for line in done.out.splitlines()] == [64] * 12
    assert "Wrote" in done.err
    came = run("batch", "import", "-", stdin=kept(here, answered(here / "asked-3.jsonl")).read_bytes())
    assert came.out.startswith("Replies: 2 answered.\n")


def test_a_file_that_cannot_be_read_is_told(run: Run, tools: Path, here: Path) -> None:
    """Before there is an export, and when the file is not there, one line says so."""
    assert run("batch", "import", "nowhere.jsonl").status == 1
    run("batch", "export", tools, "--model", SPECS["openai"], "--out", here / "asked.jsonl")
    missing = run("batch", "import", "nowhere.jsonl")
    assert (missing.status, "nowhere.jsonl: cannot be read" in missing.err) == (2, True)
