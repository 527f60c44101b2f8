"""How `eval` shows what it found, and how it exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.cli.output import MEASURE, Destination, destination, note, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.measured import Measured
    from panel.evaluation.power import Power
    from panel.evaluation.render.sheet import Sheet
    from panel.settings import Settings
    from panel.value import Value


def destination_of(asked: str | None, out: Path | None, settled: str) -> Destination:
    """Decide how a result is shown; a file that ends in .xml is JUnit's.

    Raises:
        OutputError: the file's folder does not exist or cannot be written to.
    """
    if out and out.suffix.lower() == ".xml" and asked in {None, "auto"}:
        return destination("junit", out)
    return destination(asked or ("auto" if out else settled), out)


def status_of(measured: Measured) -> int:
    """Return the exit status of a command that ends with this result."""
    from panel.canary import canary_status  # noqa: PLC0415 - loads pydantic

    found: set[int] = {measured.gate.status if measured.gate else 0}
    if measured.report.state == "partial":
        found.add(3)
    # A canary that was shipped condemns the run, whatever else is to be said of it.
    canary = canary_status(measured.canaries)
    if canary == 100:
        found.discard(3)
    return status_after(measured.answers, {*found, canary})


def status_after(answers: AnswerSet, found: set[int]) -> int:
    """Return the exit status of a run: the gravest of what was found and of how its answers failed."""
    from panel.cli.exits import PRECEDENCE  # noqa: PLC0415 - --help needs none of it

    reasons = {answer.reason for answer in answers.answers if answer.decision == "failed"}
    if "cancelled" in reasons:
        found.add(130)
    if "over-budget" in reasons:
        found.add(5)
    if reasons and reasons <= {"unauthorised", "out-of-credit"}:
        found.add(4)
    return next(status for status in PRECEDENCE if status in found)


def show_report(measured: Measured, target: Destination, *, full: bool) -> None:
    """Show a report in the format and place that were asked for.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "json":
        from panel.evaluation.render.json import render_report_json  # noqa: PLC0415 - each loads its own

        target.send(render_report_json(measured))
    elif str(target.format) == "junit":
        from panel.evaluation.render.junit import render_junit  # noqa: PLC0415 - likewise

        target.send(render_junit(measured))
    else:
        from panel.evaluation.render.content import arrange_report  # noqa: PLC0415 - likewise

        show_sheet(arrange_report(measured), target, full=full)


def note_outcome(measured: Measured, *, quiet: bool) -> None:
    """Say on standard error what the gate decided, and what became of the canaries, if there were any."""
    if measured.gate is not None:
        note(measured.gate.reason, quiet=quiet)
    for check in measured.canaries:
        note(check.sentence, quiet=quiet)


def show_comparison(
    golden: GoldenSet,
    runs: tuple[AnswerSet, AnswerSet],
    settings: Settings,
    target: Destination,
    *,
    seed: int,
    full: bool,
) -> None:
    """Compare two runs and show what changed.

    Raises:
        InputError: they share no persona.
        OutputError: it cannot be written.
    """
    from panel.evaluation.paired import compare_answers  # noqa: PLC0415 - loads numpy
    from panel.evaluation.render.pair import arrange_paired  # noqa: PLC0415 - likewise

    paired = compare_answers(golden, *runs, seed=seed)
    _show_either(paired, lambda: arrange_paired(paired, persona_names(settings)), target, full=full)


def show_check(
    name: str, split: str | None, second: str | None, settings: Settings, target: Destination
) -> None:
    """Check a golden set and show what was found.

    Raises:
        InputError: the set or the second reading cannot be used.
        OutputError: the result cannot be written.
    """
    from panel.cli.evals.inputs import WHOLE, set_file  # noqa: PLC0415 - likewise
    from panel.cli.panelists import known_personas  # noqa: PLC0415 - loads the personas
    from panel.evaluation.cases import load_set  # noqa: PLC0415 - likewise
    from panel.evaluation.checking import balance, check_set, compare_readings  # noqa: PLC0415 - likewise
    from panel.evaluation.render.checked import SetCheck, arrange_check  # noqa: PLC0415 - likewise

    path = set_file(name)
    golden = load_set(path, personas=[persona.id for persona in known_personas(settings)])
    if split not in {None, WHOLE}:
        golden = golden.only(str(split))
    beside = path.with_name(f"{path.stem}.second.jsonl")
    reading = second or (str(beside) if beside.is_file() else None)
    found = SetCheck(
        balance=balance(golden),
        weaknesses=check_set(golden),
        second_reading=compare_readings(golden, reading) if reading else None,
    )
    _show_either(found, lambda: arrange_check(found, persona_names(settings)), target, full=True)


def show_calibration(
    golden: GoldenSet,
    given: AnswerSet,
    splits: tuple[str, str],
    settings: Settings,
    target: Destination,
    *,
    seed: int,
) -> None:
    """Fit thresholds on the first split and show them on the second.

    Raises:
        InputError: a split or its scores are not to be had.
        OutputError: the result cannot be written.
    """
    from panel.evaluation.calibration import calibrate  # noqa: PLC0415 - loads numpy
    from panel.evaluation.render.calibrated import arrange_calibration  # noqa: PLC0415 - likewise

    found = calibrate(golden, given, fit_on=splits[0], show_on=splits[1], seed=seed)
    _show_either(found, lambda: arrange_calibration(found, persona_names(settings)), target, full=True)


def check_log_name(path: Path) -> None:
    """Refuse a name that the viewer of inspect-ai would not take for a log.

    Raises:
        InputError: the name does not end in .eval.
    """
    if path.suffix != ".eval":
        from panel.errors import InputError  # noqa: PLC0415 - only this refuses a name

        raise InputError(
            f"{path}: a log of inspect-ai has the ending .eval",
            f"Write it to {path.with_suffix('.eval').name}.",
        )


def write_log(
    golden: GoldenSet, given: AnswerSet, settings: Settings, path: Path, *, seed: int, quiet: bool
) -> None:
    """Measure answers and write them as a log of inspect-ai.

    Raises:
        InputError: no answer belongs to a case and persona of the set.
        OutputError: the file cannot be written.
    """
    from panel.cli.panelists import known_personas  # noqa: PLC0415 - loads the personas
    from panel.evaluation.inspect_log import export_log  # noqa: PLC0415 - loads inspect-ai
    from panel.evaluation.measured import measure  # noqa: PLC0415 - loads numpy

    made = export_log(measure(golden, given, known_personas(settings), seed=seed))
    write_file(path, [made.content])
    told = f"Wrote {made.samples:,} samples to {path}."
    if made.left_out:
        noun = "answer belongs" if made.left_out == 1 else "answers belong"
        told += f" {made.left_out:,} {noun} to no case and persona of {golden.name}: left out."
    note(f"{told} Open it with: inspect view --log-dir {path.parent}", quiet=quiet)


def show_power(found: Power, target: Destination) -> None:
    """Show how many cases a margin needs.

    Raises:
        OutputError: it cannot be written.
    """
    from panel.evaluation.render.checked import arrange_power  # noqa: PLC0415 - loads pydantic

    _show_either(found, lambda: arrange_power(found), target, full=True)


def persona_names(settings: Settings) -> Mapping[str, str]:
    """Return persona id → its name, of all that are known."""
    from panel.cli.panelists import known_personas  # noqa: PLC0415 - loads the personas

    return {persona.id: persona.name for persona in known_personas(settings)}


def _show_either(value: Value, arrange: Callable[[], Sheet], target: Destination, *, full: bool) -> None:
    if target.format == "json":
        from panel.evaluation.render.json import render_json  # noqa: PLC0415 - each loads its own

        target.send(render_json(value))
    else:
        show_sheet(arrange(), target, full=full)


def show_sheet(sheet: Sheet, target: Destination, *, full: bool) -> None:
    """Show a result that has been laid out, in any format but JSON and JUnit.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "text":
        from panel.evaluation.render.plain import lay_out  # noqa: PLC0415 - likewise
        from panel.render.terminal import print_lines  # noqa: PLC0415 - loads Rich

        console = target.console()
        width = min(console.width, MEASURE)
        print_lines(lay_out(sheet, width, console.encoding, "full" if full else "brief"), console, width)
    elif target.format == "md":
        from panel.evaluation.render.markdown import render_markdown  # noqa: PLC0415 - likewise

        target.send(render_markdown(sheet))
    elif target.format == "html":
        from panel.evaluation.render.html import render_html  # noqa: PLC0415 - likewise

        target.send(render_html(sheet))
    else:
        from panel.evaluation.render.plain import render_plain  # noqa: PLC0415 - likewise

        target.send(render_plain(sheet, target.width, encoding=target.encoding))
