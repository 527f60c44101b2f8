from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from panel.errors import InputError
from panel.schedule import Job, Zone, cron_files, github_files, local_zone, parse_timing, systemd_files

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]

EXPRESSIONS = (
    "30 2 * * *",
    "*/15 * * * *",
    "0 6,18 * * 1-5",
    "5/20 8-10 * * SUN",
    "0 0 1 * *",
    "0 3 1,15 * 1",
    "0 3 29 2 *",
    "59 23 28-31 JAN,jul,12 *",
    "0 4 1-31 * 1",
    "0 12 */2 * *",
    "7 7 * 2-11/3 7",
)
NASTY = ("a b", "50%", "it's", '"q"', "$HOME", "$(id)", "`id`", ";", "&", "*", "%n", "ünï", "~", "#x", "{}")
"""Words that a shell, systemd or cron would each read in a way of its own."""


def a_job(*arguments: str, at: str = "30 2 * * *", **changes: Any) -> Job:  # noqa: ANN401  # any field
    """Build a job of a program that stands everywhere."""
    fields: dict[str, Any] = {"name": "nightly", "program": ("/usr/bin/env",), "folder": "/"}
    return Job(arguments=arguments, timing=parse_timing(at), **{**fields, **changes})


def tool(name: str) -> str:
    """Return the path of one of the real readers, or skip the test, saying which one is not here."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/lib/systemd:/lib/systemd")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


# Times


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_systemd_elapses_when_we_say(expression: str) -> None:
    """Its own calculation of the next five times is ours, for every form an expression can have."""
    analyse = tool("systemd-analyze")
    timing = parse_timing(expression)
    begin = datetime(2027, 4, 1, 7, 13, tzinfo=UTC)
    theirs: set[datetime] = set()
    for calendar in timing.calendars:
        command = [analyse, "calendar", calendar, "--iterations=5", f"--base-time={begin:%Y-%m-%d %H:%M:%S}"]
        said = subprocess.run(command, check=True, capture_output=True, text=True, env={"TZ": "UTC"}).stdout
        theirs |= {
            datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            for moment in re.findall(r"(?:elapse|Iter).*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", said)
        }
    assert sorted(theirs)[:5] == timing.next_runs(begin, 5)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_cron_takes_the_expression(expression: str, tmp_path: Path) -> None:
    """In plain numbers it means what it meant, and crontab finds no fault with it."""
    timing = parse_timing(expression)
    begin = datetime(2027, 4, 1, 7, 13, tzinfo=UTC)
    assert parse_timing(timing.cron).next_runs(begin, 50) == timing.next_runs(begin, 50)
    path = tmp_path / "crontab"
    path.write_text(cron_files(a_job("x.jsonl", at=expression))["nightly.cron"], "utf-8")
    subprocess.run([tool("crontab"), "-n", path], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("30 2 * *", "has 4 fields"),
        ("@daily", "has 1 fields"),
        ("0 30 2 * * *", "has 6 fields"),
        ("61 2 * * *", "the minute cannot be read"),
        ("0 3 30 2 *", "the day of month cannot be read"),
        ("0 3 L * *", "not every scheduler knows"),
        ("0 3 LW * *", "not every scheduler knows"),
        ("0 3 * * 5L", "not every scheduler knows"),
        ("0 3 * * MON#1", "not every scheduler knows"),
        ("0 3 */2 * 1", "some want either"),
        ("0 3 1 * */2", "some want either"),
        ("0 3 * * FRI-MON", "the day of week cannot be read"),
        ("0 3 * * *; rm -rf /", "fields"),
    ],
)
def test_what_schedulers_would_not_agree_on_is_refused(expression: str, reason: str) -> None:
    """One line says which field is at fault, and how to write it."""
    with pytest.raises(InputError, match=reason) as caught:
        parse_timing(expression)
    assert caught.value.hint


def test_a_day_of_the_month_or_of_the_week() -> None:
    """As in cron either is enough, which is two calendars to systemd."""
    timing = parse_timing("0 3 1 * MON")
    assert timing.calendars == ("*-*-01 03:00:00", "Mon *-*-* 03:00:00")
    runs = timing.next_runs(datetime(2027, 2, 26, tzinfo=UTC), 3)
    assert [run.day for run in runs] == [1, 8, 15]
    assert parse_timing("0 3 * * MON").calendars == ("Mon *-*-* 03:00:00",)


def test_clocks_that_are_turned_are_foreseen() -> None:
    """Both turns of a year are found to the minute; a zone without them has none."""
    berlin = Zone("Europe/Berlin", ZoneInfo("Europe/Berlin"))
    spring, autumn = berlin.turns(datetime(2027, 1, 1, tzinfo=UTC))
    assert spring == (datetime(2027, 3, 28, 2), datetime(2027, 3, 28, 3))  # noqa: DTZ001 - of no zone
    assert autumn == (datetime(2027, 10, 31, 2), datetime(2027, 10, 31, 3))  # noqa: DTZ001 - likewise
    assert parse_timing("30 2 * * *").falls_between(*spring)
    assert not parse_timing("0 3 * * *").falls_between(*spring)
    half = Zone("Australia/Lord_Howe", ZoneInfo("Australia/Lord_Howe"))
    assert {ends - begins for begins, ends in half.turns(datetime(2027, 1, 1, tzinfo=UTC))} == {
        timedelta(minutes=30)
    }
    assert Zone("UTC", UTC).turns(datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_the_zone_is_the_machines_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """TZ comes first, then the system's; a TZ nobody knows is passed over."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert local_zone().name == "Asia/Tokyo"
    monkeypatch.setattr("panel.schedule.zones.LOCALTIME", tmp_path / "none")
    for value in ("", "no such zone"):
        monkeypatch.setenv("TZ", value)
        assert local_zone() == Zone("UTC", UTC)


# Files


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    """Both units verify, whatever words the command has."""
    files = systemd_files(a_job(*NASTY, at="0 3 1 * MON"))
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", *(tmp_path / name for name in files)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Persistent=true" in files["nightly.timer"]
    assert "SuccessExitStatus=3 75 130" in files["nightly.service"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have systemd read units as somebody else")
def test_systemd_reads_the_words_that_were_meant() -> None:
    """Loaded by systemd itself, the command has the same words, each as it was typed."""
    systemd = tool("systemd")
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())  # noqa: S607 - as any user would
    try:
        folder.chmod(0o777)
        (folder / "nightly.service").write_text(systemd_files(a_job(*NASTY))["nightly.service"], "utf-8")
        (folder / "nightly.service").chmod(0o644)
        done = subprocess.run(
            [systemd, "--test", "--user", "--unit=nightly.service"],
            check=False,
            capture_output=True,
            user=65534,
            group=65534,
            timeout=60,
            env={
                "SYSTEMD_LOG_TARGET": "console",
                "SYSTEMD_UNIT_PATH": f"{folder}:",
                "XDG_RUNTIME_DIR": str(folder),
                "HOME": str(folder),
                "LANG": "C.UTF-8",
            },
        )
    finally:
        shutil.rmtree(folder)
    lines = re.findall(r"Command Line: (/usr/bin/env batch run .*)", done.stdout.decode())
    # It is shown as a shell would take it. A dollar sign stays double until the command starts.
    shown = re.sub(r"\\([$`])", r"\1", lines[0])
    assert shlex.split(shown) == ["/usr/bin/env", "batch", "run", *(w.replace("$", "$$") for w in NASTY)]


def _dumper(folder: Path, status: int = 0) -> tuple[str, Path]:
    """Write a program that keeps the words it was called with, and ends with a status."""
    kept, program = folder / "words.json", folder / "pro gram%"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nprint('said so')\n"
        f"json.dump(sys.argv[1:], open({str(kept)!r}, 'w'))\nsys.exit({status})\n",
        "utf-8",
    )
    program.chmod(0o755)
    return str(program), kept


@pytest.mark.parametrize(("status", "mailed"), [(0, False), (3, False), (75, False), (130, False), (5, True)])
def test_cron_runs_the_words_that_were_meant(status: int, mailed: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """The line, as cron hands it to the shell, keeps a log, and speaks only of what wants a person."""
    program, kept = _dumper(tmp_path, status)
    text = cron_files(a_job(*NASTY, program=(program,), folder=str(tmp_path)))["nightly.cron"]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[1] == lines[0].replace("30 2 * * *", "@reboot")
    for line in (lines[0].split(" ", 5)[5], lines[1].split(" ", 1)[1]):
        assert "%" not in line.replace(r"\%", "")
        command = line.replace(r"\%", "%")
        done = subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True, text=True)
        assert json.loads(kept.read_text()) == ["batch", "run", *NASTY]
        assert ("said so" in done.stdout, done.stderr) == (mailed, "")
    assert (tmp_path / "nightly.log").read_text() == "said so\n" * 2


@pytest.mark.parametrize(("status", "ends"), [(0, 0), (3, 0), (75, 0), (5, 5), (2, 2)])
def test_github_runs_the_words_that_were_meant(status: int, ends: int, tmp_path: Path) -> None:
    """The workflow is YAML, bash takes its steps, and the step fails when a person is wanted."""
    program, kept = _dumper(tmp_path, status)
    (tmp_path / "shippanel").symlink_to(program)
    workflow = yaml.safe_load(github_files(a_job(*NASTY), "shippanel[openai] @ git+https://x")["nightly.yml"])
    assert workflow[True]["schedule"] == [{"cron": "30 2 * * *"}]  # YAML 1.1 takes `on` for true
    assert workflow["concurrency"]["group"] == "nightly"
    steps = [step["run"] for step in workflow["jobs"]["review"]["steps"] if "run" in step]
    for step in steps:
        subprocess.run(["/bin/bash", "-n"], input=step, check=True, text=True)
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", steps[-1]],
        check=False,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == ends
    assert json.loads(kept.read_text()) == ["batch", "run", *NASTY]
    assert ("::warning::" in done.stdout) == (status in {3, 75})


def test_what_a_file_cannot_hold_is_refused() -> None:
    """A line break, a sign of the reader's own, a name that is a path."""
    for make, reason in (
        (lambda: a_job("a\nb"), "no schedule can hold"),
        (lambda: a_job("a\x85b"), "no schedule can hold"),
        (lambda: a_job("x", name="../etc"), "cannot name a unit"),
        (lambda: cron_files(a_job("a\\b")), "backslash"),
        (lambda: github_files(a_job("${{ x }}"), "shippanel"), "expression"),
        (lambda: systemd_files(a_job("x", program=("/opt/$x",))), r"holds a \$"),
    ):
        with pytest.raises(InputError, match=reason):
            make()


# The command


def test_the_files_are_written_where_asked(run: Run, here: Path) -> None:
    """Into a folder with --out, else to standard output; both say the same."""
    words = ("--at", "0 3 * * 1", "--name", "weekly", "--", "tools.jsonl", "--budget-usd", "5")
    done = run("schedule", "export", "--systemd", "--out", ".", *words)
    assert (done.status, done.out) == (0, "")
    service, timer = (here / "weekly.service").read_text(), (here / "weekly.timer").read_text()
    shown = run("schedule", "export", "--systemd", *words).out
    assert shown == f"# weekly.service\n{service}\n# weekly.timer\n{timer}"
    assert f"WorkingDirectory={here}" in service
    assert (
        service.partition("ExecStart=")[2].partition("\n")[0].endswith("batch run tools.jsonl --budget-usd 5")
    )
    for scheduler in ("--cron", "--github"):
        assert "batch run tools.jsonl --budget-usd 5" in run("schedule", "export", scheduler, *words).out


def test_the_next_runs_are_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words and in the machine's own time, with a warning of the hours in which clocks are turned."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    words = ("schedule", "export", "--check", "--daily", "02:30")
    text = run(*words, "--", "tools.jsonl").out
    assert text.startswith("At 02:30 every day (Europe/Berlin).\n")
    assert len(re.findall(r"^\w{3} \d{4}-\d\d-\d\d 02:30 CES?T$", text, re.MULTILINE)) == 5
    assert text.count("the clock is turned") == 2
    content = json.loads(run(*words, "--github", "--format", "json", "--", "tools.jsonl").out)
    assert (content["schema"], content["zone"], content["shifted"]) == ("shippanel.schedule/1", "UTC", [])
    assert len(content["next"]) == 5
    assert content["on_calendar"] == ["*-*-* 02:30:00"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--cron", "--daily", "02:30", "--", "x", "--nope"), "No such option: --nope"),
        (("--cron", "--daily", "02:30", "--", "x", "--budget-usd", "much"), "--budget-usd"),
        (("--cron", "--daily", "02:30", "--", "-"), "no standard input"),
        (("--cron", "--daily", "25:00", "--", "x"), "no time of day"),
        (("--cron", "--", "x"), "has one time"),
        (("--cron", "--daily", "02:30", "--at", "0 3 * * *", "--", "x"), "has one time"),
        (("--daily", "02:30", "--", "x"), "for one scheduler"),
        (("--cron", "--github", "--daily", "02:30", "--", "x"), "for one scheduler"),
        (("--cron", "--daily", "02:30"), "Missing argument"),
    ],
)
def test_what_would_fail_at_night_fails_now(words: tuple[str, ...], reason: str, run: Run) -> None:
    """The arguments are read as `batch run` would read them."""
    done = run("schedule", "export", *words)
    assert (done.status, done.out) == (2, "")
    assert reason in done.err
