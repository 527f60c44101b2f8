"""The user's choices, read once: flags, then the environment, then two files, then defaults.

    --model …  >  SHIPPANEL_MODEL  >  ./shippanel.toml  >  the user's own config.toml  >  default

Paths in a file are relative to that file. Nothing here opens what a setting names.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from panel.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_settings import PydanticBaseSettingsSource

PREFIX = "SHIPPANEL_"
PROJECT_FILE = "shippanel.toml"
FLAGS = {
    "db": "--db",
    "personas": "--personas",
    "model": "--model",
    "persona_models": "--persona-model",
    "quorum": "--quorum",
    "budget_usd": "--budget-usd",
    "allow_unpriced": "--allow-unpriced",
    "calls": "--calls",
    "rebuttal": "--rebuttal",
    "queue": "--queue",
    "format": "--format",
}
"""Setting → the flag that overrides it."""

OutputFormat = Literal["auto", "text", "plain", "json", "md", "html"]


def user_file() -> Path:
    """Return where the user's own settings stand, whether or not the file exists."""
    return platformdirs.user_config_path("shippanel", appauthor=False) / "config.toml"


class Settings(BaseSettings):
    """What a run does when its flags do not say otherwise."""

    db: str | None = Field(default=None, min_length=1)
    """The ledger: a path of an SQLite file, or a postgresql:// address; the user's own when not set."""
    personas: Annotated[tuple[str, ...], NoDecode] = ()
    """Folders or files of further personas, joined to the built-in ones."""
    model: str = Field(default="rubric", min_length=1)
    """The reviewer of every seat that names no other."""
    persona_models: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)
    """Persona id → the reviewer of its seat."""
    quorum: int | None = Field(default=None, ge=1)
    """Votes needed for a verdict; all seats but one when not set."""
    compat_url: str | None = Field(default=None, min_length=1)
    """The base URL of `compat:` models that name none."""
    budget_usd: float | None = Field(default=None, gt=0)
    """What the models of one command may cost, in US dollars; not capped when not set."""
    allow_unpriced: bool = False
    """Whether a model without a known price may run under a budget, uncounted."""
    calls: int = Field(default=32, ge=1, le=1000)
    """Model calls in flight, for each provider."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Model calls begun in a minute, for each provider; only what the provider says counts when not set."""
    tokens_per_minute: float | None = Field(default=None, gt=0)
    """Likewise the tokens, input and the longest possible output together."""
    call_timeout_s: float = Field(default=180.0, gt=0, le=1800)
    """Seconds until a single attempt is given up."""
    review_timeout_s: float = Field(default=600.0, gt=0)
    """Seconds until a seat is given up, with all its attempts and waits."""
    rebuttal: bool = False
    """Whether the models of a divided panel read the others and answer once more, beside their votes."""
    queue: str | None = Field(default=None, min_length=1)
    """The PostgreSQL database of a fleet of workers, with its queue and its ledger; batches are reviewed on
    this machine when not set."""
    format: OutputFormat = "auto"
    """How results are shown; `auto` is `text` on a terminal and `plain` elsewhere."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    @field_validator("db")
    @classmethod
    def _expand_home(cls, value: str | None) -> str | None:
        """Let a variable say `~` too, as a shell would."""
        return value if value is None or "://" in value else str(Path(value).expanduser())

    @field_validator("personas", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        """Take a variable's folders apart as PATH does."""
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("persona_models", mode="before")
    @classmethod
    def _split_pairs(cls, value: object) -> object:
        """Read `dx=rubric,business=rubric` as a table."""
        return pairs(value.split(",")) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the two files below the environment, and read no `.env` file."""
        del dotenv_settings, file_secret_settings
        files = (InitSettingsSource(settings_cls, _read(path)) for path in (Path(PROJECT_FILE), user_file()))
        return init_settings, env_settings, *files


@dataclass(frozen=True)
class Choice:
    """One setting, and who chose its value."""

    key: str
    value: object
    origin: str
    """`default`, a flag, a variable or a file; joined by ` + ` where a table was merged."""


def load_settings(flags: Mapping[str, object] | None = None) -> Settings:
    """Read the settings that hold in the current folder.

    Args:
        flags: setting → value given on the command line; None stands for a flag not given.

    Raises:
        SettingsError: a file cannot be read, or a key or value is wrong; all problems are named.
    """
    given = _given(flags)
    try:
        return Settings(**given)  # type: ignore[arg-type]  # validated by the model itself
    except ValidationError as error:
        problems = tuple(_problem(dict(detail), given) for detail in error.errors(include_url=False))
        if len(problems) == 1:
            raise SettingsError(problems[0], _HINT) from None
        raise SettingsError(f"the settings have {len(problems)} problems", _HINT, problems) from None


def trace_settings(flags: Mapping[str, object] | None = None) -> tuple[Choice, ...]:
    """Read the settings and tell where each value comes from.

    Raises:
        SettingsError: as `load_settings`.
    """
    settings = load_settings(flags)
    given = _given(flags)
    return tuple(
        Choice(key, getattr(settings, key), _origin(key, given, merged=key == "persona_models") or "default")
        for key in Settings.model_fields
    )


def pairs(entries: list[str]) -> dict[str, str]:
    """Read `KEY=VALUE` entries as a table.

    Raises:
        ValueError: an entry has no `=`, no key or no value.
    """
    table = {}
    for entry in filter(None, entries):
        key, equals, value = entry.partition("=")
        if not (equals and key.strip() and value.strip()):
            raise ValueError(f"{entry!r} is not of the form ID=SPEC")
        table[key.strip()] = value.strip()
    return table


_HINT = "Mend the files, variables or flags named here."


def _given(flags: Mapping[str, object] | None) -> dict[str, object]:
    """Leave out the flags that were not given."""
    return {key: value for key, value in (flags or {}).items() if value not in (None, (), [], {})}


def _read(path: Path) -> dict[str, Any]:
    """Read one settings file, empty when there is none, with its paths made absolute."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}", "Mend the file, or move it away.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}", "Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}", "Check its permissions.") from None
    home = path.parent.resolve()
    if isinstance(content.get("db"), str) and "://" not in content["db"]:
        content["db"] = str(home / Path(content["db"]).expanduser())
    if isinstance(content.get("personas"), list):
        content["personas"] = [
            str(home / Path(entry).expanduser()) if isinstance(entry, str) else entry
            for entry in content["personas"]
        ]
    return content


def _origin(key: str, given: Mapping[str, object], *, merged: bool = False) -> str:
    """Name who set `key`: the first in order of precedence, or all of them where a table is merged."""
    layers = (
        (FLAGS.get(key, key), given),
        (f"{PREFIX}{key.upper()}", EnvSettingsSource(Settings)()),
        *((str(path), _read(path)) for path in (Path(PROJECT_FILE), user_file())),
    )
    origins = [origin for origin, values in layers if key in values]
    return " + ".join(origins if merged else origins[:1])


def _problem(detail: dict[str, Any], given: Mapping[str, object]) -> str:
    key, *rest = (str(part) for part in detail["loc"])
    origin = _origin(key, given)
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, Settings.model_fields, n=1)
        advice = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(Settings.model_fields)}"
        return f"{origin}: unknown key {key!r}; {advice}"
    field = ".".join([key, *rest])
    where = origin if origin.startswith(("-", PREFIX)) else f"{origin}: {field}"
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"{where}: {message}"
