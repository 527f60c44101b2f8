"""`batch submit`, `collect`, `status` and `cancel` against a server of both providers' batches."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS
from program import command, environment
from sendings import ANSWER_USD, SPECS, accounted, submission

from panel.batch import replies
from panel.ledger import BatchRecord, WaitingReviews, open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run
    from servers.batch_server import BatchServer, Fate, Wanted

pytest_plugins = ["running", "batches"]

UNANSWERED: dict[Fate, str] = {
    "error": "unreachable",
    "expired": "timed-out",
    "cancelled": "cancelled",
    "missing": "unreachable",
    "refused": "refused",
    "truncated": "truncated",
    "foreign": "unreadable",
}
AGAIN = ("error", "expired", "cancelled", "missing")
"""What is sent again without being asked for."""


def rows(statement: str) -> list[tuple[Any, ...]]:
    """Read the ledger behind its back."""
    with closing(sqlite3.connect("ledger.db")) as connection:
        return connection.execute(statement).fetchall()


def one_fate(persona: str, fate: Fate) -> Any:  # noqa: ANN401 - a `fate` of the server
    """Have one persona's questions end in one way, and answer the others."""

    def decide(wanted: Wanted) -> Fate:
        return fate if wanted.persona == persona else "answer"

    return decide


def test_answers_of_a_batch_are_those_of_calls(run: Run, tools: Path, server: BatchServer, spec: str) -> None:
    """What came with a batch is found by every later review; no call is made, and it cost half."""
    sent = accounted(run, "submit", tools, "--model", spec)
    assert (sent["status"], sent["asked"], len(sent["sent"]), sent["standing"]) == (0, 12, 1, 0)
    assert accounted(run, "collect")["cards"] == []
    server.end()
    came = accounted(run, "collect")
    assert (came["status"], came["answered"], came["failed"], came["waiting"]) == (0, 12, 0, 0)
    assert sorted(card["slug"] for card in came["cards"]) == ["acme-logs-0", "acme-logs-1", "acme-logs-2"]
    assert {(card["state"], card["label"]) for card in came["cards"]} == {("complete", "Ship")}
    one = tools.with_name("one.json")
    one.write_text(json.dumps(submission(1)), "utf-8")
    asked = len(server.asked)
    card = json.loads(run("review", one, "--model", spec, "--format", "json").out)
    assert card["provenance"]["reused"] == list(PERSONAS)
    assert len(server.asked) == asked
    remote = sent["sent"][0]["remote"]
    for verdict in card["verdicts"]:
        made = verdict["provenance"]
        assert (made["batch"], made["spec"], made["usage"]["calls"]) == (remote, spec, 1)
        assert 0 < made["cost_usd"] <= ANSWER_USD / 2 + 1e-9
    shown = run("review", one, "--model", spec, "--format", "plain").out
    assert f"asked {spec} in batch {remote}, served by" in shown
    again = json.loads(run("batch", "run", tools, "--model", spec, "--format", "json").out)
    assert (again["counts"]["stood"], again["counts"]["calls"]) == (3, 0)
    assert run("ledger", "verify").status == 0


def test_what_a_batch_cost_is_counted_once(run: Run, tools: Path, server: BatchServer) -> None:
    """The run that counts the answers carries their cost, a broken first answer included."""
    server.fate = lambda wanted: "malformed" if wanted.persona == "dx" and not wanted.corrected else "answer"
    for _ in range(2):
        accounted(run, "submit", tools, "--model", SPECS["anthropic"])
        server.end()
        accounted(run, "collect")
    [spend] = json.loads(run("ledger", "stats", "--format", "json").out)["spend"]
    assert spend["calls"] == 12 + 3
    paid = [json.loads(text)["provenance"]["cost_usd"] for (text,) in rows("SELECT outcome FROM verdict")]
    paid += [json.loads(text)["provenance"]["cost_usd"] for (text,) in rows("SELECT outcome FROM attempt")]
    assert spend["cost_usd"] == pytest.approx(sum(paid))
    run("batch", "run", tools, "--model", SPECS["anthropic"])
    assert json.loads(run("ledger", "stats", "--format", "json").out)["spend"] == [spend]


def test_a_question_without_an_answer_can_be_sent_again(
    run: Run, tools: Path, server: BatchServer, spec: str
) -> None:
    """It is listed with its reason; what says nothing of the submission is sent again, the rest on demand."""
    accounted(run, "submit", tools, "--model", spec)
    [batch] = server.batches.values()
    fates = dict(zip((wanted.key for wanted in batch.requests), UNANSWERED, strict=False))
    server.fate = lambda wanted: fates.get(wanted.key, "answer")
    server.end()
    came = accounted(run, "collect")
    assert (came["status"], came["answered"], came["failed"], came["waiting"]) == (3, 5, 7, 2)
    found = {item["key"]: item["reason"] for item in came["unanswered"]}
    assert found == {key: UNANSWERED[fate] for key, fate in fates.items()}
    assert accounted(run, "status")["unanswered"] == came["unanswered"]
    plain = accounted(run, "submit", tools, "--model", spec, "--dry-run")
    on_demand = accounted(run, "submit", tools, "--model", spec, "--dry-run", "--retry-failed")
    assert (plain["asked"], plain["given_up"], on_demand["asked"]) == (len(AGAIN), 3, 7)
    server.fate = lambda _: "answer"
    accounted(run, "submit", tools, "--model", spec, "--retry-failed")
    assert {wanted.key for wanted in list(server.batches.values())[-1].requests} == set(fates)
    server.end()
    assert len(accounted(run, "collect")["cards"]) == 2
    assert accounted(run, "status")["unanswered"] == []


def test_a_broken_form_is_asked_once_more_with_the_rule(
    run: Run, tools: Path, server: BatchServer, spec: str
) -> None:
    """The second question names field and rule; a second broken answer is given up."""
    server.fate = one_fate("futurist", "malformed")
    accounted(run, "submit", tools, "--model", spec)
    server.end()
    came = accounted(run, "collect")
    assert (came["malformed"], came["failed"], came["status"]) == (3, 0, 3)
    again = accounted(run, "submit", tools, "--model", spec)
    assert again["asked"] == 3
    asked = list(server.batches.values())[-1].requests
    assert all(wanted.corrected and "- moves is missing" in wanted.question for wanted in asked)
    assert not any(wanted.corrected for wanted in next(iter(server.batches.values())).requests)
    server.end()
    came = accounted(run, "collect")
    assert (came["malformed"], came["failed"]) == (0, 3)
    assert all(item["detail"].startswith("Asked twice") for item in came["unanswered"])
    assert accounted(run, "submit", tools, "--model", spec, "--dry-run")["given_up"] == 3
    accounted(run, "submit", tools, "--model", spec, "--retry-failed")
    assert not any(wanted.corrected for wanted in list(server.batches.values())[-1].requests)


def test_a_reply_that_comes_twice_counts_once(run: Run, tools: Path, server: BatchServer, spec: str) -> None:
    """Replies in another order, twice over and for strangers leave one answer for each question."""
    accounted(run, "submit", tools, "--model", spec)
    stray: dict[str, Any] = {
        "openai": {"response": {"status_code": 200, "body": {}}},
        "anthropic": {"result": {}},
    }
    lines = (json.dumps({"custom_id": "f" * 64, **stray[spec.partition(":")[0]]}).encode(), b'{"custom_id')
    server.end(twice=True, extra=lines)
    came = accounted(run, "collect")
    assert (came["answered"], came["repeated"], came["refused"], came["status"]) == (12, 12, 2, 2)
    assert "line 25: its custom_id names no question of this batch" in came["problems"][0]
    assert "line 26: the line is not JSON" in came["problems"][1]
    assert rows("SELECT count(*) FROM verdict") == [(12,)]
    again = accounted(run, "collect")
    assert (again["answered"], again["repeated"], again["batches"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("status", "reason"), [("expired", "timed-out"), ("cancelled", "cancelled"), ("failed", "unreachable")]
)
def test_a_batch_that_ended_early_gives_what_it_has(
    run: Run, tools: Path, server: BatchServer, status: str, reason: str
) -> None:
    """What was answered before a batch expired, was cancelled or failed is kept; the rest is listed."""
    accounted(run, "submit", tools, "--model", SPECS["openai"])
    server.fate = one_fate("dx", "missing")
    server.end(status)
    came = accounted(run, "collect")
    assert (came["answered"], came["failed"]) == (9, 3)
    assert {item["reason"] for item in came["unanswered"]} == {reason}
    if status == "failed":
        assert "line 1 is no request" in came["unanswered"][0]["detail"]
    assert accounted(run, "submit", tools, "--model", SPECS["openai"])["asked"] == 3


def test_a_crash_between_download_and_write_loses_nothing(
    run: Run, tools: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before the crash stays; the next collection brings the rest, and nothing twice."""
    server.fate = one_fate("dx", "refused")
    accounted(run, "submit", tools, "--model", SPECS["anthropic"])
    server.end()
    monkeypatch.setattr(replies, "_AT_ONCE", 5)
    settle, calls = BatchRecord.settle, []

    def dies(self: BatchRecord, *arguments: Any) -> Any:  # noqa: ANN401 - as the original
        calls.append(arguments)
        if len(calls) == 2:
            raise SystemExit(9)
        return settle(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(BatchRecord, "settle", dies)
        with pytest.raises(SystemExit):
            run("batch", "collect")
    assert rows("SELECT count(*) FROM verdict UNION ALL SELECT count(*) FROM attempt")[0][0] < 9
    came = accounted(run, "collect")
    assert (came["answered"] + came["failed"], came["repeated"]) == (7, 5)
    assert rows("SELECT count(*) FROM verdict") == [(9,)]
    assert rows("SELECT count(*) FROM attempt") == [(3,)]


def test_a_killed_process_leaves_nothing_double(
    tools: Path, server: BatchServer, spec: str, run: Run
) -> None:
    """`kill -9` once the batch was made, and once its results were on their way: every answer comes once."""
    making = "/v1/batches" if spec.startswith("openai") else "/v1/messages/batches"
    fatal = {("POST", making): True}
    working: list[subprocess.Popen[bytes]] = []

    def kill(method: str, path: str, _: int) -> bool:
        results = path.endswith(("/results", "-output_file_id/content"))
        if not fatal.pop((method, "results" if results else path), False):
            return False
        working[-1].kill()
        return True

    def killed(*arguments: str | Path) -> bool:
        working.append(subprocess.Popen(command("batch", *arguments), env=environment()))
        return working[-1].wait(60) == -signal.SIGKILL

    server.hang_up = kill
    assert killed("submit", tools, "--model", spec)
    assert accounted(run, "submit", tools, "--model", spec)["waiting"] == 12
    server.end()
    fatal[("GET", "results")] = True
    assert killed("collect")
    assert rows("SELECT count(*) FROM verdict") == [(0,)]
    came = accounted(run, "collect")
    assert (came["answered"], came["repeated"], len(came["cards"])) == (12, 0, 3)
    assert (len(server.batches), rows("SELECT count(*) FROM verdict")) == (1, [(12,)])


def test_a_crash_after_counting_makes_no_second_scorecard(
    run: Run, tools: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run was chosen before it was counted, so that it is recognised."""
    accounted(run, "submit", tools, "--model", SPECS["openai"])
    server.end()

    def dies(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr(WaitingReviews, "finish", dies)
        with pytest.raises(SystemExit):
            run("batch", "collect")
    assert rows("SELECT count(*) FROM run") == [(1,)]
    assert len(accounted(run, "collect")["cards"]) == 3
    assert rows("SELECT count(*) FROM run") == [(3,)]
    [spend] = json.loads(run("ledger", "stats", "--format", "json").out)["spend"]
    assert spend["calls"] == 12


def test_batches_are_split_and_sent_once(run: Run, tools: Path, server: BatchServer) -> None:
    """No batch holds more than is asked for, and what is on its way is not sent again."""
    sent = accounted(run, "submit", tools, "--model", SPECS["openai"], "--max-requests", "5")
    assert [batch["requests"] for batch in sent["sent"]] == [2, 5, 5]
    keys = [wanted.key for batch in server.batches.values() for wanted in batch.requests]
    assert len(set(keys)) == 12
    again = accounted(run, "submit", tools, "--model", SPECS["openai"])
    assert (again["asked"], again["waiting"], again["sent"]) == (0, 12, [])
    server.end()
    came = accounted(run, "collect", sent["sent"][0]["remote"])
    assert (came["answered"], came["waiting"]) == (2, 3)
    assert len(accounted(run, "collect")["cards"]) == 3


def test_a_limit_goes_further_each_time(run: Run, tools: Path, server: BatchServer) -> None:
    """Submissions whose questions stand or are on their way are not counted."""
    first = ("submit", tools, "--model", SPECS["openai"], "--limit", "2")
    assert [accounted(run, *first, "--dry-run")["asked"], accounted(run, *first)["asked"]] == [8, 8]
    assert [accounted(run, *first)["asked"], accounted(run, *first)["asked"]] == [4, 0]
    assert len(server.batches) == 2


def test_the_budget_is_held_against_the_most(run: Run, tools: Path, server: BatchServer) -> None:
    """A batch cannot be stopped by its cost, so that nothing is sent when it could exceed the budget."""
    foreseen = accounted(run, "submit", tools, "--model", SPECS["openai"], "--dry-run", "--budget-usd", "5")
    likely, most = foreseen["estimate"]["cost_usd"], foreseen["estimate"]["most_usd"]
    assert foreseen["estimate"]["list_usd"] == pytest.approx(2 * likely, abs=1e-4)
    assert 0 < likely < most
    done = run(
        "batch", "submit", tools, "--model", SPECS["openai"], "--budget-usd", f"{(likely + most) / 2:.6f}"
    )
    assert done.status == 5
    assert "nothing was sent" in done.err
    assert server.asked == []
    assert rows("SELECT count(*) FROM batch_review") == [(0,)]
    assert (
        accounted(run, "submit", tools, "--model", SPECS["openai"], "--budget-usd", f"{most * 1.01:.6f}")[
            "asked"
        ]
        == 12
    )


def test_a_dry_run_needs_no_key_and_writes_nothing(
    run: Run, tools: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would cost can be asked before there is a key or a ledger."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name)
    foreseen = accounted(run, "submit", tools, "--model", SPECS["anthropic"], "--dry-run")
    assert (foreseen["asked"], foreseen["dry_run"], foreseen["status"]) == (12, True, 0)
    assert not tools.with_name("ledger.db").exists()
    done = run("batch", "submit", tools, "--model", SPECS["anthropic"])
    assert done.status == 4
    assert not tools.with_name("ledger.db").exists()
    assert server.asked == []


def test_a_panel_may_be_mixed_with_the_offline_reviewer(run: Run, tools: Path, server: BatchServer) -> None:
    """Its seats are played when the answers are there; each provider has a batch of its own."""
    models = ("--model", SPECS["openai"], "--persona-model", f"dx={SPECS['anthropic']}")
    panel = (*models, "--persona-model", "business=rubric")
    sent = accounted(run, "submit", tools, *panel)
    assert {batch["provider"]: batch["requests"] for batch in sent["sent"]} == {"openai": 6, "anthropic": 3}
    server.end()
    came = accounted(run, "collect")
    assert (came["answered"], len(came["cards"])) == (9, 3)
    [(text,)] = rows("SELECT scorecard FROM run LIMIT 1")
    card = json.loads(text)
    engines = {v["persona"]: v["provenance"]["engine"] for v in (*card["verdicts"], *card["abstentions"])}
    assert engines == {"dx": "anthropic", "competitive": "openai", "futurist": "openai", "business": "rubric"}


def test_seats_that_batches_cannot_play_are_refused(run: Run, tools: Path, server: BatchServer) -> None:
    """One line says which seat it is, before anything is sent."""
    mixed = run(
        *("batch", "submit", tools, "--model", SPECS["openai"]),
        *("--persona-model", f"dx=compat:tiny@{server.home}/v1"),
    )
    assert (mixed.status, mixed.out) == (2, "")
    assert "'dx' is played by compat:tiny" in mixed.err
    offline = run("batch", "submit", tools, "--model", "rubric")
    assert offline.status == 2
    assert "no seat is played by a model" in offline.err
    assert server.asked == []


def test_a_sending_without_a_word_is_cleared_up(
    run: Run, tools: Path, server: BatchServer, spec: str
) -> None:
    """A batch that may have arrived is not sent again; the next collection finds it."""
    creating = ("POST", "/v1/batches" if spec.startswith("openai") else "/v1/messages/batches")
    server.hang_up = lambda method, path, _: (method, path) == creating
    server.refuse = lambda method, path, _: (401, {}) if (method, path) == ("GET", creating[1]) else None
    sent = accounted(run, "submit", tools, "--model", spec)
    assert (sent["status"], sent["sent"]) == (4, [])
    assert accounted(run, "submit", tools, "--model", spec)["waiting"] == 12
    [batch] = accounted(run, "status")["batches"]
    assert (batch["state"], batch["remote"]) == ("sending", None)
    server.refuse, server.hang_up = lambda *_: None, lambda *_: False
    assert len(server.batches) == 1
    server.end()
    came = accounted(run, "collect")
    assert (came["answered"], len(came["cards"])) == (12, 3)
    assert len(server.batches) == 1


def test_a_batch_that_never_arrived_is_sent_again(
    run: Run, tools: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program died before it sent what it had written down."""
    assert server.asked == []

    def dies(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr("panel.llm.batches.Batches.send", dies)
        with pytest.raises(SystemExit):
            run("batch", "submit", tools, "--model", SPECS["anthropic"])
    came = accounted(run, "collect")
    assert (came["failed"], came["batches"][0]["state"]) == (12, "lost")
    assert accounted(run, "submit", tools, "--model", SPECS["anthropic"])["asked"] == 12


def test_a_refused_batch_is_told_and_sent_again(run: Run, tools: Path, server: BatchServer) -> None:
    """After a provider has refused one batch no other is sent there; nothing counts as on its way."""
    server.refuse = lambda method, *_: (401, {}) if method == "POST" else None
    sent = accounted(run, "submit", tools, "--model", SPECS["openai"], "--max-requests", "5")
    assert (sent["status"], sent["asked"], len(server.asked)) == (4, 0, 1)
    assert "refused the key" in sent["problems"][0]
    server.refuse = lambda *_: None
    assert accounted(run, "submit", tools, "--model", SPECS["openai"])["asked"] == 12


def test_a_batch_can_be_cancelled(run: Run, tools: Path, server: BatchServer, spec: str) -> None:
    """What it had answered is collected; the rest can be sent anew."""
    sent = accounted(run, "submit", tools, "--model", spec)
    stopped = accounted(run, "cancel", sent["sent"][0]["id"])
    assert stopped["batches"][0]["status"] in {"cancelling", "canceling"}
    server.fate = one_fate("dx", "cancelled")
    server.end("cancelled")
    came = accounted(run, "collect")
    assert (came["answered"], came["failed"]) == (9, 3)
    assert {item["reason"] for item in came["unanswered"]} == {"cancelled"}
    unknown = run("batch", "cancel", "batch_99")
    assert (unknown.status, "'batch_99'" in unknown.err) == (2, True)


def test_a_bad_line_leaves_the_others_alone(run: Run, tools: Path, server: BatchServer) -> None:
    """It is reported with its number, and the rest is sent."""
    tools.write_text(tools.read_text("utf-8") + '{"name": 7}\nnot JSON\n', "utf-8")
    sent = accounted(run, "submit", tools, "--model", SPECS["openai"])
    assert (sent["status"], sent["asked"], len(sent["problems"])) == (2, 12, 2)
    assert "line 4" in sent["problems"][0]
    assert len(server.batches) == 1


def test_a_run_says_what_is_on_its_way(run: Run, tools: Path, server: BatchServer) -> None:
    """Calls do not wait for batches: whoever runs them meanwhile is told, in one line."""
    accounted(run, "submit", tools, "--model", SPECS["openai"])
    done = run("batch", "run", tools, "--model", "rubric")
    assert "on their way" not in done.err
    server.refuse = lambda *_: (401, {})
    done = run("batch", "run", tools, "--model", SPECS["openai"])
    assert done.err.startswith("12 questions to this panel are on their way with batches;")


def test_one_command_at_a_time_holds_the_ledger(run: Run, tools: Path, server: BatchServer) -> None:
    """Two collections at once would look at the same batches."""
    accounted(run, "submit", tools, "--model", SPECS["openai"])
    with open_ledger("ledger.db") as ledger, ledger.hold("provider-batch"):
        assert run("batch", "collect").status == 75
        assert accounted(run, "status")["status"] == 0
    assert len(server.batches) == 1


def test_accounts_are_told_as_text(run: Run, tools: Path, server: BatchServer) -> None:
    """Each command says in sentences what it did and what comes next."""
    sent = run("batch", "submit", tools, "--model", SPECS["anthropic"])
    assert sent.out.startswith("Sent 12 questions about 3 submissions in 1 batch.\n")
    assert "at list prices" in sent.out
    assert "`shippanel batch collect`" in sent.err
    assert "in progress; 12 waiting" in run("batch", "status").out
    server.fate = one_fate("dx", "expired")
    server.end()
    came = run("batch", "collect")
    assert came.out.startswith("Replies: 9 answered, 3 without an answer, for $")
    assert "acme-logs-0/dx: timed-out: " in came.out
    assert "3 reviews wait for answers." in came.out
    assert "Send what has no answer again" in came.err
