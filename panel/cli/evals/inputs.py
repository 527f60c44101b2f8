"""What the commands of `eval` are given: golden sets, recorded runs, and what a gate asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panel.cli.output import note
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.measured import Demand
    from panel.settings import Settings

HELD, DEVELOPMENT, WHOLE = "held", "development", "all"
EXTRAS = {"evals": ("measuring", ("numpy", "scipy")), "inspect": ("a log of inspect-ai", ("inspect_ai",))}
"""Extra → what it is for, and the packages it installs."""


def need_extra(extra: str = "evals") -> None:
    """Refuse early where the packages of an extra are not installed.

    Raises:
        InputError: naming the extra.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - --help needs none of it

    purpose, packages = EXTRAS[extra]
    lacking = [name for name in packages if find_spec(name) is None]
    if lacking:
        raise InputError(
            f"eval: {purpose} needs {' and '.join(lacking)}, not installed here",
            f"Install the extra: pip install 'shippanel[{extra}]'.",
        )


def shipped_sets() -> dict[str, Path]:
    """List the golden sets that come along, by name."""
    from panel.resources import folder  # noqa: PLC0415 - --help needs none of it

    home = folder("evals") / "golden"
    return {path.stem: path for path in sorted(home.glob("*.jsonl")) if "." not in path.stem}


def set_file(name: str) -> Path:
    """Find the file of a golden set.

    Raises:
        InputError: there is no such file, and no set of that name comes along.
    """
    from panel.document import closest  # noqa: PLC0415 - loads the parser of YAML

    shipped = shipped_sets()
    if Path(name).is_file():
        return Path(name)
    if name in shipped:
        return shipped[name]
    near = closest(name, shipped)
    raise InputError(
        f"{name}: no such file, and no golden set of that name comes along",
        f"Did you mean {near!r}?" if near else f"Sets that come along: {', '.join(shipped)}.",
    )


def golden_set(
    name: str,
    split: str | None,
    settings: Settings,
    *,
    answered: Sequence[AnswerSet] = (),
    quiet: bool = False,
) -> GoldenSet:
    """Read a golden set and keep the split that is meant.

    Without a split asked for, a run leaves cases alone that are held back: they are for one scoring in a
    release. Recorded answers choose the split they were given for.

    Args:
        name: a file, or a set that comes along.
        split: the split asked for; `all` for the whole set, None when nobody asked.
        settings: the settings that hold.
        answered: recorded answers to the set, if there are any.
        quiet: do not say which split was taken.

    Raises:
        InputError: the set or the split is not to be had.
    """
    from panel.cli.panelists import known_personas  # noqa: PLC0415 - loads the personas
    from panel.evaluation.cases import load_set  # noqa: PLC0415 - loads pydantic

    golden = load_set(set_file(name), personas=[persona.id for persona in known_personas(settings)])
    if split == WHOLE:
        return golden
    if split is not None:
        return golden.only(split)
    splits = {case.split for case in golden.cases}
    if answered:
        ids = {answer.case for given in answered for answer in given.answers}
        met = {case.split for case in golden.cases if case.id in ids}
        return golden.only(met.pop()) if len(met) == 1 and len(splits) > 1 else golden
    if {HELD, DEVELOPMENT} <= splits:
        note(
            f"Using the split {DEVELOPMENT!r}; --split names another, and {WHOLE!r} is the whole set.",
            quiet=quiet,
        )
        return golden.only(DEVELOPMENT)
    return golden


def recorded(path: str) -> AnswerSet:
    """Read recorded answers: JSONL, or a baseline.

    Raises:
        InputError: the file is neither.
    """
    from panel.evaluation.answers import read_answers  # noqa: PLC0415 - loads pydantic

    if path.lower().endswith(".json"):
        from panel.evaluation.baseline import load_baseline  # noqa: PLC0415 - likewise

        return load_baseline(path).answer_set()
    return read_answers(path).model_copy(update={"name": Path(path).name})


def answered_set(runs: Sequence[AnswerSet], *, quiet: bool) -> str:
    """Find the set that comes along and that all runs answer.

    Raises:
        InputError: there is none.
    """
    from panel.evaluation.cases import load_set  # noqa: PLC0415 - loads pydantic

    for name, path in shipped_sets().items():
        known = {case.id for case in load_set(path).cases}
        if all(any(answer.case in known for answer in given.answers) for given in runs):
            note(f"Compared on the set {name!r}, which comes along.", quiet=quiet)
            return name
    raise InputError(
        "no golden set that comes along has the cases of both runs",
        "Name the set as the third argument.",
    )


def demand_of(baseline: str | None, floors: list[str] | None, margin: float) -> Demand:
    """Read what a gate is asked to hold a run to.

    Raises:
        InputError: the baseline or a floor cannot be used.
    """
    from panel.evaluation.baseline import load_baseline  # noqa: PLC0415 - loads numpy
    from panel.evaluation.gate import read_floors  # noqa: PLC0415 - likewise
    from panel.evaluation.measured import Demand  # noqa: PLC0415 - likewise

    return Demand(
        baseline=load_baseline(baseline) if baseline else None,
        floors=read_floors(floors or ()),
        margin=margin,
    )
