"""A batch and its times, as the files that systemd, cron and GitHub read.

What stands in them was typed by the user, and each reader has signs of its own: a word is quoted for the
shell by `shlex`, for systemd by its own rules, and what a reader would take apart all the same is refused.

Exit codes mean the same everywhere. The next run makes good an incomplete panel (3), a ledger that somebody
else holds (75) and a stop (130); anything else wants a person.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.errors import InputError

if TYPE_CHECKING:
    from panel.schedule.timing import Timing

MADE_GOOD = (3, 75, 130)
"""Statuses after which the next run goes on by itself."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_WRITTEN = "Written by `shippanel schedule export`; write it anew rather than change it."
_MEANING = "3 incomplete panels, 75 the ledger is held, 130 stopped: the next run goes on from there."


@dataclass(frozen=True)
class Job:
    """What is to run, when, and where."""

    name: str
    """Names the unit, the log and the workflow."""
    program: tuple[str, ...]
    """The program as absolute path, with what precedes its arguments."""
    arguments: tuple[str, ...]
    """What follows `batch run`."""
    folder: str
    """Absolute; relative paths among the arguments begin there."""
    timing: Timing

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"--name: {self.name!r} cannot name a unit", "Use letters, digits, - and _.")
        for word in (*self.command, self.folder):
            if not word.isprintable():
                raise InputError(f"{word!r} holds a character that no schedule can hold", "Rename it.")

    @property
    def command(self) -> tuple[str, ...]:
        """All words of the command."""
        return (*self.program, "batch", "run", *self.arguments)


def systemd_files(job: Job) -> dict[str, str]:
    """Write a service and its timer, by file name.

    Raises:
        InputError: the program's path holds a dollar sign, for which systemd has no way of writing it there.
    """
    if "$" in job.program[0]:
        raise InputError(
            f"{job.program[0]!r}: systemd cannot start a program whose path holds a $", "Move it."
        )
    service = f"""\
# {_WRITTEN}
[Unit]
Description=shippanel: {_percented(job.name)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_percented(job.folder)}
ExecStart={" ".join(_systemd_word(word) for word in job.command)}
# {_MEANING}
SuccessExitStatus={" ".join(map(str, MADE_GOOD))}
# A stop lets the calls in flight finish: they are paid for.
TimeoutStopSec=11min
"""
    calendars = "\n".join(f"OnCalendar={calendar}" for calendar in job.timing.calendars)
    timer = f"""\
# {_WRITTEN}
[Unit]
Description=shippanel: {_percented(job.name)}, {_percented(job.timing.expression)}

[Timer]
{calendars}
# What the machine slept through is caught up on once.
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{job.name}.service": service, f"{job.name}.timer": timer}


def cron_files(job: Job) -> dict[str, str]:
    """Write the lines of a crontab: at its times, and once when the machine has started.

    Raises:
        InputError: a word holds a backslash, which a crontab reads in a way of its own.
    """
    if any("\\" in word for word in (*job.command, job.folder)):
        raise InputError("a crontab cannot hold a backslash", "Rename the file, or use --systemd.")
    log = shlex.quote(f"{job.name}.log")
    good = "|".join(map(str, MADE_GOOD))
    line = (
        f"cd {shlex.quote(job.folder)} && {{ {shlex.join(job.command)} >>{log} 2>&1 "
        f"|| case $? in {good}) ;; *) tail -n 20 {log};; esac; }}"
    ).replace("%", r"\%")
    text = f"""\
# {_WRITTEN}
# {job.name}: {_MEANING}
# After any other failure the end of the log goes out by mail. The second line catches up after a start.
{job.timing.cron} {line}
@reboot {line}
"""
    return {f"{job.name}.cron": text}


def github_files(job: Job, requirement: str) -> dict[str, str]:
    """Write a workflow, which goes by UTC.

    Args:
        job: what runs when; the folder and the program are the runner's own.
        requirement: what pip is to install.

    Raises:
        InputError: a word would be taken for an expression of GitHub.
    """
    if any("${{" in word for word in (*job.arguments, requirement)):
        raise InputError("a workflow takes `${{` for an expression", "Rename the file, or use --systemd.")
    command = shlex.join(("shippanel", "batch", "run", *job.arguments))
    good = "|".join(map(str, MADE_GOOD))
    text = f"""\
# {_WRITTEN}
name: {job.name}
on:
  schedule:
    - cron: "{job.timing.cron}"
  workflow_dispatch:
permissions:
  contents: read
# One run at a time: another waits, and finds what this one has done.
concurrency:
  group: {job.name}
  cancel-in-progress: false
env:
  # A postgresql:// address keeps the ledger for good; without it a cache does, which GitHub may clear.
  SHIPPANEL_DB: ${{{{ secrets.SHIPPANEL_DB || 'ledger.db' }}}}
  ANTHROPIC_API_KEY: ${{{{ secrets.ANTHROPIC_API_KEY }}}}
  OPENAI_API_KEY: ${{{{ secrets.OPENAI_API_KEY }}}}
jobs:
  review:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - uses: actions/cache@v4
        with:
          path: ledger.db
          key: {job.name}-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: {job.name}-
      - run: |
          python -m pip install {shlex.quote(requirement)}
      - run: |
          # {_MEANING}
          status=0
          {command} || status=$?
          case $status in
            {good}) echo "::warning::shippanel ended with $status; the next run goes on from there." ;;
            *) exit "$status" ;;
          esac
"""
    return {f"{job.name}.yml": text}


def _systemd_word(word: str) -> str:
    """Quote a word of a command for systemd: man systemd.service, "Command lines"."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{_percented(escaped)}"'


def _percented(text: str) -> str:
    """Keep systemd from reading a percent sign as the start of a specifier."""
    return text.replace("%", "%%")
