"""Reviews by language models through the command line, over real sockets and the providers' own SDKs."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from cards import PERSONAS
from program import command, environment
from servers.panelist import Asked, Panelist, serving
from servers.wires import OPENAI

from panel.testing import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program import Run

pytest_plugins = ["running"]

KEYS = {
    "OPENAI_API_KEY": "sk-canary-openai-4f1c9b7e2d",
    "ANTHROPIC_API_KEY": "sk-ant-canary-8e3a5d0c6b",
    "SHIPPANEL_COMPAT_API_KEY": "canary-compat-1b2c3d4e5f",
}
LUNA = "openai:gpt-6-luna"
HAIKU = "anthropic:claude-haiku-5-5"
ANSWER_USD = (500 * 0.10 + 400 * 0.01 + 100 * 0.125 + 200 * 0.50) / 1e6
"""What an answer of the server costs by the list price of either model."""


@pytest.fixture
def panelist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panelist]:
    """Run a server that gives valid answers, with a key for every provider that it plays."""
    with serving(Panelist()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.home)
        for name, key in KEYS.items():
            monkeypatch.setenv(name, key)
        yield server


def refuses(status: int, code: str, persona: str | None = None) -> Any:  # noqa: ANN401 - a `before`
    """Make a server refuse, everybody or one persona alone, and repeat the key it was sent."""

    def before(asked: Asked, _: int) -> tuple[int, dict[str, Any]] | None:
        keys = " ".join(asked.headers.get(name, "") for name in ("authorization", "x-api-key"))
        told = {"error": {"message": f"No: {keys}, {quote(keys)}", "type": code, "code": code}}
        return (status, told) if persona in (None, asked.persona) else None

    return before


def forms(key: str) -> tuple[str, ...]:
    """List the forms in which a key could be found again."""
    percent = "".join(f"%{byte:02X}" for byte in key.encode())
    return (key, quote(key, safe=""), percent, base64.b64encode(key.encode()).decode().rstrip("="))


@pytest.mark.parametrize("provider", ["openai", "anthropic", "compat"])
def test_a_model_needs_a_spec_and_nothing_else(
    run: Run, tool: Path, panelist: Panelist, provider: str
) -> None:
    """With a key set, one flag has a model play every seat; the card names what was asked and served."""
    spec = {"openai": LUNA, "anthropic": HAIKU, "compat": f"compat:tiny@{panelist.url}"}[provider]
    done = run("review", tool, "--model", spec, "--format", "json")
    assert done.status == 0, done.err
    card = json.loads(done.out)
    assert (card["state"], card["ships"], card["totals"]["calls"]) == ("complete", 4, 4)
    assert [verdict["persona"] for verdict in card["verdicts"]] == list(PERSONAS)
    for verdict in card["verdicts"]:
        made = verdict["provenance"]
        assert (made["engine"], made["spec"]) == (provider, spec)
        assert made["served_model"]
        assert made["request_id"].startswith("req-")
        assert made["usage"] == {
            "calls": 1,
            "input_tokens": 1000,
            "cached_tokens": 400,
            "cache_write_tokens": 100,
            "output_tokens": 200,
        }
    cost = card["totals"]["cost_usd"]
    assert cost == (None if provider == "compat" else pytest.approx(4 * ANSWER_USD))
    assert not any("no language model" in line for line in card["disclosure"])


def test_a_panel_may_be_mixed(run: Run, tool: Path, panelist: Panelist) -> None:
    """Each seat may have a model of its own, or none; each provider is sent its own key and no other's."""
    done = run(
        *("review", tool, "--model", LUNA, "--persona-model", f"dx={HAIKU}"),
        *("--persona-model", f"futurist=compat:tiny@{panelist.url}", "--persona-model", "business=rubric"),
        *("--format", "json"),
    )
    card = json.loads(done.out)
    engines = {v["persona"]: v["provenance"]["engine"] for v in (*card["verdicts"], *card["abstentions"])}
    assert engines == {
        "dx": "anthropic",
        "competitive": "openai",
        "futurist": "compat",
        "business": "rubric",
    }
    assert len(panelist.asked) == 3
    sent = {asked.persona: json.dumps(asked.headers) for asked in panelist.asked}
    for persona, name in zip(("competitive", "dx", "futurist"), KEYS, strict=True):
        found = {other for other, key in KEYS.items() if key in sent[persona]}
        assert found == {name}


def test_a_second_run_re_uses_every_verdict(run: Run, tool: Path, panelist: Panelist) -> None:
    """What was paid for once is not asked for again."""
    first = run("review", tool, "--model", LUNA, "--format", "json")
    again = run("review", tool, "--model", LUNA, "--format", "json")
    assert len(panelist.asked) == 4
    assert json.loads(again.out)["provenance"]["reused"] == list(PERSONAS)
    assert json.loads(again.out)["verdicts"] == json.loads(first.out)["verdicts"]
    assert "Re-used 4 verdicts" in again.err


def test_a_dry_run_sends_nothing_and_names_a_price(run: Run, tool: Path, panelist: Panelist) -> None:
    """The estimate says that it is one, and what was answered already is not counted."""
    done = run("review", tool, "--model", LUNA, "--dry-run", "--format", "json")
    forecast = json.loads(done.out)
    assert (done.status, forecast["calls"], forecast["estimated"]) == (0, 4, True)
    assert 0 < forecast["cost_usd"] < forecast["most_usd"] < 0.05
    assert forecast["output_tokens"] == 6000
    text = run("review", tool, "--model", LUNA, "--dry-run", "--budget-usd", "0.5").out
    assert "an estimate at list prices" in text
    assert "Budget: $0.50" in text
    assert panelist.asked == []
    run("review", tool, "--model", LUNA)
    after = json.loads(run("review", tool, "--model", LUNA, "--dry-run", "--format", "json").out)
    assert (after["calls"], after["cost_usd"]) == (0, 0.0)


def test_a_dry_run_needs_no_key(run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A price can be asked for before there is a key; that one is missing is said."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    done = run("review", tool, "--model", LUNA, "--dry-run")
    assert done.status == 0
    assert "The review would stop before that: no key for openai" in done.out


def test_a_missing_key_is_found_before_any_call(
    run: Run, tool: Path, panelist: Panelist, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """On a mixed panel too: nobody is asked, nothing is written, and the way out is named."""
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    done = run(
        *("review", tool, "--model", LUNA, "--persona-model", f"business={HAIKU}"),
        *("--db", here / "ledger.db"),
    )
    assert done.status == 4
    assert "ANTHROPIC_API_KEY" in done.err
    assert "shippanel keys set anthropic" in done.err
    assert panelist.asked == []
    assert not (here / "ledger.db").exists()


@pytest.mark.parametrize(("status", "code"), [(401, "invalid_api_key"), (429, "insufficient_quota")])
def test_a_panel_that_is_not_let_in_exits_with_4(
    run: Run, tool: Path, panelist: Panelist, status: int, code: str
) -> None:
    """A refused key and an empty account are told apart from a busy server, and asked once each."""
    panelist.before = refuses(status, code)
    done = run("review", tool, "--model", LUNA, "--format", "json")
    card = json.loads(done.out)
    assert done.status == 4
    assert (card["state"], card["label"], card["failed"]) == ("no-quorum", None, 4)
    assert len(panelist.asked) == 4


def test_a_lost_seat_makes_a_partial_panel(run: Run, tool: Path, panelist: Panelist) -> None:
    """One model that is not let in costs its seat, and the card says so first; the others stand."""
    panelist.before = refuses(400, "invalid_request_error", "futurist")
    done = run("review", tool, "--model", LUNA)
    assert done.status == 3
    assert done.out.startswith("PARTIAL · Ship · 100.0% ship (3 ship, 0 skip, 1 failed)")
    panelist.before = lambda _asked, _nth: None
    assert run("review", tool, "--model", LUNA).status == 0
    assert [asked.persona for asked in panelist.asked].count("futurist") == 2
    assert len(panelist.asked) == 5


def test_a_broken_form_is_asked_for_once_more(run: Run, tool: Path, panelist: Panelist) -> None:
    """The second question names the rule; both calls are counted."""

    def before(asked: Asked, _: int) -> tuple[int, dict[str, Any]] | None:
        broken = asked.persona == "dx" and not asked.corrected
        return (200, OPENAI.good('{"decision":"ship"}')) if broken else None

    panelist.before = before
    card = json.loads(run("review", tool, "--model", LUNA, "--format", "json").out)
    assert card["state"] == "complete"
    assert card["totals"]["calls"] == 5
    assert [asked.corrected for asked in panelist.asked if asked.persona == "dx"] == [False, True]


def test_the_budget_stops_a_run_with_what_it_has(run: Run, tool: Path, panelist: Panelist) -> None:
    """A call is made only if the most it can cost fits under the cap; with more money the run goes on."""
    few = ("review", tool, "--model", LUNA, "--format", "json", "-j", "1")
    done = run(*few, "--budget-usd", "0.0048")
    card = json.loads(done.out)
    assert done.status == 5
    made = len(panelist.asked)
    assert 1 <= made < 4
    assert {abstention["reason"] for abstention in card["abstentions"]} == {"over-budget"}
    assert (len(card["verdicts"]), card["totals"]["calls"]) == (made, made)
    assert card["totals"]["cost_usd"] == pytest.approx(made * ANSWER_USD)
    assert run(*few, "--budget-usd", "1").status == 0
    assert len(panelist.asked) == 4


def test_a_budget_needs_a_price(run: Run, tool: Path, panelist: Panelist) -> None:
    """A model without a known price is refused under a budget, unless that is asked for."""
    words = ("review", tool, "--model", f"compat:tiny@{panelist.url}", "--budget-usd", "1")
    done = run(*words)
    assert done.status == 2
    assert "no price is known" in done.err
    assert panelist.asked == []
    assert run(*words, "--allow-unpriced").status == 0


def test_a_trace_has_one_line_for_each_call(run: Run, tool: Path, panelist: Panelist, here: Path) -> None:
    """Sizes, times, tokens and outcomes; neither prompt nor answer nor key."""
    run("review", tool, "--model", LUNA, "--trace", here / "trace.jsonl")
    lines = (here / "trace.jsonl").read_text("ascii").splitlines()
    calls = [json.loads(line) for line in lines]
    assert sorted(call["seat"] for call in calls) == sorted(PERSONAS)
    assert {(call["schema"], call["outcome"]) for call in calls} == {("shippanel.trace/1", "complete")}
    assert stat.S_IMODE((here / "trace.jsonl").stat().st_mode) == 0o600
    assert "Acme" not in "".join(lines)
    assert len(panelist.asked) == 4


@pytest.mark.parametrize("flags", [(), ("--format", "json"), ("--format", "md"), ("--format", "html")])
def test_no_key_is_ever_seen(
    run: Run, tool: Path, panelist: Panelist, here: Path, flags: tuple[str, ...]
) -> None:
    """A provider that repeats the key in its error does not get it into output, ledger or trace."""
    panelist.before = refuses(401, "invalid_api_key")
    done = run(
        *("review", tool, "--model", LUNA, "--persona-model", f"dx={HAIKU}"),
        *("--persona-model", f"business=compat:tiny@{panelist.url}", "--db", str(here / "ledger.db")),
        *("--trace", str(here / "trace.jsonl"), *flags),
    )
    written = [path.read_bytes().decode("latin-1") for path in here.rglob("*") if path.is_file()]
    seen = "".join([done.out, done.err, *written])
    assert "redacted" in seen
    assert not [form for key in KEYS.values() for form in forms(key) if form in seen]


def test_a_divided_panel_reads_the_others_once(run: Run, tool: Path, panelist: Panelist) -> None:
    """The second answers stand beside the votes and are re-used; a flip without new words is flagged."""
    panelist.scripts = {"business": Script("skip")}
    panelist.second = {"business": Script("ship")}
    words = ("review", tool, "--model", LUNA, "--rebuttal")
    card = json.loads(run(*words, "--format", "json").out)
    assert (card["ships"], card["skips"]) == (3, 1)
    assert [answer["decision"] for answer in card["rebuttals"]] == ["ship"] * 4
    flips = [[finding["rule"] for finding in answer["findings"]] for answer in card["rebuttals"]]
    assert flips == [[], [], [], ["flip-without-evidence"]]
    assert (len(panelist.asked), card["totals"]["calls"]) == (8, 8)
    for asked in panelist.asked[4:]:
        assert "<other-verdicts-" in asked.question
        assert not [name for name in PERSONAS if f'"{name}"' in asked.question]
    for shown in ("plain", "md", "html"):
        out = run(*words, "--format", shown).out
        assert "After reading the others" in out
        assert "would now ship, 75.0 of 100; the vote stays skip" in out
        assert "flip-without-evidence" in out
    assert len(panelist.asked) == 8
    assert run("ledger", "verify").status == 0


def test_a_panel_of_one_mind_has_no_second_round(run: Run, tool: Path, panelist: Panelist) -> None:
    """There is nothing to answer where nobody dissents; nor is there for the offline reviewer."""
    card = json.loads(run("review", tool, "--model", LUNA, "--rebuttal", "--format", "json").out)
    assert card["rebuttals"] == []
    assert len(panelist.asked) == 4
    panelist.scripts = {name: Script("skip") for name in PERSONAS}
    mixed = run(
        *("review", tool, "--model", "rubric", "--persona-model", f"dx={HAIKU}", "--rebuttal"),
        *("--no-cache", "--format", "json"),
    )
    card = json.loads(mixed.out)
    decisions = {verdict["decision"] for verdict in card["verdicts"]}
    again = [answer["persona"] for answer in card["rebuttals"]]
    assert again == (["dx"] if decisions == {"ship", "skip"} else [])


@pytest.mark.skipif(os.name == "nt", reason="a console's interrupt cannot be sent to one process there")
def test_an_interrupt_keeps_what_was_paid_for(tool: Path, panelist: Panelist, here: Path) -> None:
    """Ctrl-C ends the run with 130, and the verdicts that had arrived stand in the ledger."""
    slow = ("futurist", "business")
    db = here / "ledger.db"
    held = Panelist(latency_s=30)
    with serving(held):
        specs = [word for name in slow for word in ("--persona-model", f"{name}=compat:tiny@{held.url}")]
        words = command("review", tool, "--model", LUNA, *specs, "--db", db)
        with subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 30
            while _verdicts(db) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted. Verdicts that had arrived are kept." in told
    assert "Traceback" not in told
    assert _verdicts(db) == 2
    assert len(panelist.asked) == 2


def _verdicts(db: Path) -> int:
    if not db.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM verdict").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not made yet


def test_keys_come_from_a_file_of_ones_own(
    run: Run, tool: Path, panelist: Panelist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`keys set` reads standard input, the file is its owner's alone, and a review finds the key there."""
    key = KEYS["OPENAI_API_KEY"]
    monkeypatch.delenv("OPENAI_API_KEY")
    assert run("review", tool, "--model", LUNA).status == 4
    done = run("keys", "set", "openai", stdin=f"{key}\n".encode())
    assert done.status == 0
    path = Path(run("keys", "path").out.strip())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = run("keys", "list")
    assert str(path) in listed.out
    assert key not in "".join([*done[1:], *listed[1:]])
    assert run("review", tool, "--model", LUNA).status == 0
    assert key in panelist.asked[0].headers["authorization"]


def test_a_key_is_never_a_flag_and_never_empty(run: Run) -> None:
    """On the command line other users could read it."""
    assert run("keys", "set", "openai", KEYS["OPENAI_API_KEY"]).status == 2
    done = run("keys", "set", "openai")
    assert (done.status, "no key was given" in done.err) == (2, True)


def test_models_lists_prices_and_keys(run: Run, panelist: Panelist, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every configured model stands there with its seats, list price and where its key comes from."""
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    words = ("models", "--model", LUNA, "--persona-model", f"dx={HAIKU}")
    out = run(*words).out
    assert "0.1 read (0.01 from the cache, 0.125 added to it), 0.5 written" in out
    assert "MISSING" in out
    content = json.loads(run(*words, "--format", "json").out)
    assert [entry["spec"] for entry in content["models"]] == [HAIKU, LUNA]
    assert [entry["key"] for entry in content["models"]] == [None, "OPENAI_API_KEY"]
    assert not [key for key in KEYS.values() if key in out]
    assert panelist.asked == []


def test_settings_name_models_and_their_server(run: Run, tool: Path, panelist: Panelist, here: Path) -> None:
    """A file can say it all: models by seat, the server of `compat:`, times and limits."""
    (here / "shippanel.toml").write_text(
        f'model = "compat:tiny"\ncompat_url = "{panelist.url}"\ncalls = 2\ncall_timeout_s = 20\n'
        'review_timeout_s = 40\nrequests_per_minute = 6000\n[persona_models]\nbusiness = "rubric"\n',
        "utf-8",
    )
    done = run("review", tool, "--format", "json")
    assert [seat["spec"] for seat in json.loads(done.out)["roster"]] == [
        *[f"compat:tiny@{panelist.url}"] * 3,
        "rubric",
    ]
    assert len(panelist.asked) == 3


def test_a_call_that_takes_too_long_ends_its_seat(
    run: Run, tool: Path, panelist: Panelist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time for a seat is bounded, retries included."""
    panelist.latency_s = 5
    monkeypatch.setenv("SHIPPANEL_REVIEW_TIMEOUT_S", "0.5")
    started = time.monotonic()
    card = json.loads(run("review", tool, "--model", LUNA, "--format", "json").out)
    assert {abstention["reason"] for abstention in card["abstentions"]} == {"timed-out"}
    assert time.monotonic() - started < 4


def test_prompts_are_shown_as_they_would_be_sent(run: Run, tool: Path, panelist: Panelist) -> None:
    """What is shown is what arrives at the server, but for the digits in the markers."""
    run("review", tool, "--model", LUNA)
    shown = json.loads(run("prompts", "show", tool, "--format", "json").out)
    arrived = {asked.persona: asked for asked in panelist.asked}
    for prompt in shown["prompts"]:
        sent = arrived[prompt["persona"]].body
        marker = sent["input"].split(">", 1)[0].rpartition("-")[2]
        assert prompt["instructions"] == sent["instructions"]
        assert prompt["input"] == sent["input"].replace(marker, "NONCE")
    text = run("prompts", "show", "acme-logs", "--persona", "dx").out
    assert text.count("=== dx:") == 2
    assert "business" not in text.split("=== dx: input")[0].lower().split("===")[1]
    assert len(panelist.asked) == 4


def test_help_of_the_model_commands_loads_no_sdk() -> None:
    """Help stays quick: no SDK, no HTTP, no retry library."""
    probe = (
        "import sys\nfrom panel.cli import main\nmain(['keys', '--help'])\nmain(['review', '--help'])\n"
        "print([name for name in ('openai', 'anthropic', 'httpx2', 'tenacity') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True, env=environment()
    )
    assert done.stdout.splitlines()[-1] == "[]"
