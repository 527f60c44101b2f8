"""`doctor`: whether this installation can do its work, and what to mend where it cannot."""

import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib import import_module, util
from typing import TYPE_CHECKING, Literal

from panel.cli import options
from panel.cli.output import destination
from panel.cli.record import located, opened, without_password
from panel.errors import PanelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXTRAS = {"postgres": "psycopg", "openai": "openai", "anthropic": "anthropic", "local": "xllamacpp"}
"""Extra → the package that shows it is installed."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    subject: str
    result: Literal["ok", "warn", "fail"]
    found: str
    advice: str = ""
    """What to do about it; empty when all is well."""


def doctor(*, db: options.Db = None, shown_as: options.PlainOrJson = None) -> int:
    """Check the installation, the settings and the ledger.

    The status is 1 when something is broken; a warning is not.
    """
    target = destination(shown_as or "plain", None)
    checks = [check for examine in EXAMINATIONS for check in examine(db)]
    if target.format == "json":
        target.send_json("checks", {"checks": [asdict(check) for check in checks]})
    else:
        target.send_table([row for check in checks for row in _told(check)])
    return int(any(check.result == "fail" for check in checks))


def _told(check: Check) -> "Iterator[tuple[str, str]]":
    yield f"{check.result:4}  {check.subject}", check.found
    if check.advice:
        yield "", check.advice


def _python(_: str | None) -> "Iterator[Check]":
    yield Check("python", "ok", f"{platform.python_version()} at {sys.executable}")


def _package(_: str | None) -> "Iterator[Check]":
    """See that `import panel` is this program, and not the dashboard library of the same name."""
    package = import_module("panel")
    home = ", ".join(package.__path__)
    if "review_tool" not in getattr(package, "__all__", ()) or _is_installed("panel"):
        yield Check(
            "package",
            "fail",
            f"HoloViz Panel, another package, is installed here under the same import name: {home}",
            "Give shippanel an environment of its own, as `uv tool install` and `pipx install` do.",
        )
    else:
        yield Check("package", "ok", f"shippanel {package.__version__} in {home}")


def _data(_: str | None) -> "Iterator[Check]":
    from panel.intake.personas import load_personas  # noqa: PLC0415 - a broken room must not break the others
    from panel.resources import ROOMS, folder  # noqa: PLC0415 - likewise

    try:
        for room in ROOMS:
            folder(room)
        names = [persona.id for persona in load_personas([folder("personas")])]
    except PanelError as error:
        yield Check("data files", "fail", error.message, error.hint)
    else:
        yield Check("data files", "ok", f"{folder('personas').parent}; personas {', '.join(names)}")


def _settings(_: str | None) -> "Iterator[Check]":
    from panel.settings import PREFIX, Settings, trace_settings  # noqa: PLC0415 - loads pydantic

    try:
        chosen = [choice for choice in trace_settings() if choice.origin != "default"]
    except PanelError as error:
        problems = "; ".join(getattr(error, "problems", ()))
        yield Check("settings", "fail", problems or error.message, error.hint)
        return
    yield Check("settings", "ok", ", ".join(f"{c.key} from {c.origin}" for c in chosen) or "all by default")
    known = {f"{PREFIX}{key.upper()}" for key in Settings.model_fields} | {"SHIPPANEL_COMPAT_API_KEY"}
    for name in sorted(set(filter(lambda name: name.startswith(PREFIX), os.environ)) - known):
        yield Check("settings", "warn", f"nothing reads {name}", "Unset it, or correct its spelling.")


def _personas(_: str | None) -> "Iterator[Check]":
    from panel.cli.panelists import seat_panel  # noqa: PLC0415 - loads pydantic
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    try:
        roster = seat_panel(load_settings())
    except PanelError as error:
        yield Check("panel", "fail", error.message, error.hint)
        return
    seats = ", ".join(f"{seat.persona.id} ({seat.spec})" for seat in roster.seats)
    yield Check("panel", "ok", f"{seats}; quorum {roster.quorum}")


def _ledger(db: str | None) -> "Iterator[Check]":
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    try:
        location = located(load_settings({"db": db}).db)
        with opened(location, create=False) as ledger:
            if ledger is None:
                yield Check("ledger", "ok", f"none yet; the first review makes {location}")
                return
            figures = ledger.stats()
    except PanelError as error:
        yield Check("ledger", "fail", error.message, error.hint)
        return
    found = f"{without_password(location)}: schema {figures.schema_revision}, {figures.runs:,} runs"
    yield Check("ledger", "ok", f"{found}, journal {figures.journal_mode}")


def _terminal(_: str | None) -> "Iterator[Check]":
    encoding = sys.stdout.encoding or "unknown"
    if encoding.lower().replace("-", "") == "utf8":
        yield Check("encoding", "ok", encoding)
    else:
        advice = (
            "Set LANG to a UTF-8 locale, or PYTHONUTF8=1; until then signs are spelled in its own characters."
        )
        yield Check("encoding", "warn", encoding, advice)
    shown = "a terminal" if sys.stdout.isatty() else "no terminal: results are plain and unwrapped"
    muted = [f"{name}={os.environ[name]}" for name in ("NO_COLOR", "TERM") if os.environ.get(name)]
    yield Check("terminal", "ok", ", ".join([shown, *muted]))


def _extras(_: str | None) -> "Iterator[Check]":
    for extra, module in EXTRAS.items():
        found = "installed" if util.find_spec(module) else f"not installed: pip install 'shippanel[{extra}]'"
        yield Check(f"extra {extra}", "ok", found)


def _tracing(_: str | None) -> "Iterator[Check]":
    """Warn where LangGraph would send submissions elsewhere."""
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        if os.environ.get(name, "").lower() == "true":
            yield Check("tracing", "warn", f"{name} is set: LangGraph uploads what it handles", "Unset it.")


def _is_installed(name: str) -> bool:
    from importlib import metadata  # noqa: PLC0415 - a tenth of what --help costs

    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


EXAMINATIONS: "tuple[Callable[[str | None], Iterator[Check]], ...]" = (
    _python,
    _package,
    _data,
    _settings,
    _personas,
    _ledger,
    _terminal,
    _extras,
    _tracing,
)
