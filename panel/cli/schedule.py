"""`schedule`: a batch that runs by itself, as files for systemd, cron or GitHub."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import batch, options
from panel.cli.output import destination, note, write_file
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.schedule import Explanation, Timing, Zone

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="-- FILE|DIR... [OPTIONS]", help="What `batch run` is to be given, behind a `--`."
    ),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="CRON", help="When, as a cron expression of five fields: '30 2 * * 1-5'."),
]
Daily = Annotated[str | None, typer.Option("--daily", metavar="HH:MM", help="Every day at this time.")]
Systemd = Annotated[bool, typer.Option("--systemd", help="Write a service and a timer.")]
Cron = Annotated[bool, typer.Option("--cron", help="Write the lines of a crontab.")]
Github = Annotated[bool, typer.Option("--github", help="Write a workflow, which goes by UTC.")]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="What the unit, the log and the workflow are called.")
]
Folder = Annotated[
    Path, typer.Option("--folder", metavar="DIR", help="Where it runs; the current folder unless said.")
]
Program = Annotated[
    Path | None,
    typer.Option("--program", metavar="PATH", help="The program there; the one that runs now unless said."),
]
Package = Annotated[
    str, typer.Option("--package", metavar="REQUIREMENT", help="With --github: what pip is to install.")
]
Into = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write the files into this folder.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Say in words when it runs, with the next five times; write nothing.")
]


def export(
    words: Words,
    *,
    at: At = None,
    daily: Daily = None,
    systemd: Systemd = False,
    cron: Cron = False,
    github: Github = False,
    name: Name = "shippanel",
    folder: Folder = Path(),
    program: Program = None,
    package: Package = "shippanel[anthropic,openai,postgres]",
    out: Into = None,
    check: Check = False,
    shown_as: options.PlainOrJson = None,
    quiet: options.Quiet = False,
) -> int:
    """Write what a scheduler needs to run `batch run`, or explain when it would.

    One run at a time, what was missed is caught up on once, and the statuses 3, 75 and 130, from which the
    next run goes on by itself, are no failure.
    """
    from panel.schedule import (  # noqa: PLC0415 - --help needs none of it
        Job,
        cron_files,
        github_files,
        parse_timing,
        systemd_files,
    )

    timing = parse_timing(_expression(at, daily))
    _check_words(words)
    if check:
        _explain(timing, _zone(utc=github), shown_as)
        return 0
    job = Job(name, _program(program), tuple(words), str(folder.absolute()), timing)
    asked = [write for write, wanted in ((systemd_files, systemd), (cron_files, cron)) if wanted]
    if len(asked) + github != 1:
        raise InputError("a schedule is for one scheduler", "Pass one of --systemd, --cron and --github.")
    files = github_files(job, package) if github else asked[0](job)
    if out is None:
        _show(files)
    else:
        _write(files, out, quiet=quiet)
    return 0


def _expression(at: str | None, daily: str | None) -> str:
    from panel.schedule.timing import daily as at_daily  # noqa: PLC0415 - as above

    if (at is None) == (daily is None):
        raise InputError("a schedule has one time", "Pass either --at or --daily.")
    return at_daily(daily) if daily is not None else str(at)


def _check_words(words: list[str]) -> None:
    """Have `batch run` read its arguments, so that what it would refuse at night is refused now.

    Raises:
        TyperException: as for `batch run` itself.
        InputError: it would read standard input.
    """
    alone = typer.Typer()
    alone.command()(batch.run)
    context = typer.main.get_command(alone).make_context("shippanel batch run", list(words))
    if "-" in context.params["sources"]:
        raise InputError("a scheduled batch has no standard input", "Name a file or a folder.")


def _program(given: Path | None) -> tuple[str, ...]:
    if given is not None:
        return (str(given.absolute()),)
    script = Path(sys.executable).with_name("shippanel")
    return (str(script),) if script.exists() else (sys.executable, "-m", "panel")


def _show(files: dict[str, str]) -> None:
    parts = [f"# {name}\n{text}" for name, text in files.items()] if len(files) > 1 else files.values()
    destination("plain", None).send("\n".join(parts))


def _write(files: dict[str, str], folder: Path, *, quiet: bool) -> None:
    for name, text in files.items():
        path = folder / name
        destination("plain", path)  # says early what is wrong with the folder
        write_file(path, [text.encode()])
        note(f"Wrote {path}", quiet=quiet)


def _zone(*, utc: bool) -> "Zone":
    from datetime import UTC  # noqa: PLC0415 - as above

    from panel.schedule import Zone, local_zone  # noqa: PLC0415 - likewise

    return Zone("UTC", UTC) if utc else local_zone()


def _explain(timing: "Timing", zone: "Zone", shown_as: str | None) -> None:
    from panel.schedule import explain  # noqa: PLC0415 - as above

    target = destination(shown_as or "plain", None)
    explained = explain(timing, zone)
    if target.format == "json":
        target.send_json("schedule", explained.model_dump(mode="json"))
    else:
        target.send_lines(_told(explained))


def _told(explained: "Explanation") -> "Iterator[str]":
    yield f"{explained.words} ({explained.zone})."
    yield ""
    for run in explained.next:
        yield f"{run:%a %Y-%m-%d %H:%M %Z}"
    yield ""
    yield "After a time that was missed it runs once; while another run goes on it does nothing."
    for day in explained.shifted:
        yield (
            f"On {day} the clock is turned in an hour in which it would run: systemd may leave that run out, "
            "and cron may shift it. Another hour avoids both."
        )
