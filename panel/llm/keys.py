"""The providers' keys: from the environment, else from one file that only its owner can read.

A key never leaves this module but as a `SecretStr`; no message, listing or error holds one, and none is
taken from a command line, where other users of the machine could read it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import SecretStr

from panel.errors import ModelError, SettingsError
from panel.settings import user_file

KeyName = Literal["openai", "anthropic", "compat"]
KEY_NAMES: tuple[KeyName, ...] = get_args(KeyName)
VARIABLES: dict[KeyName, str] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "compat": "SHIPPANEL_COMPAT_API_KEY",
}
"""Provider → the environment variable that holds its key, and comes before the file."""

_SENDABLE = re.compile(r"[!-~]{1,4096}")
_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True)
class StoredKey:
    """Where one provider's key comes from; never the key."""

    name: KeyName
    origin: str | None
    """The variable or the file; None when there is no key."""


def path() -> Path:
    """Return where the key file stands, whether or not it exists."""
    return user_file().with_name("keys.json")


def get_key(name: KeyName) -> SecretStr | None:
    """Return a provider's key, None when there is none.

    Raises:
        SettingsError: the file can be read by others or not at all, or the key cannot be sent.
    """
    found = _find(name)
    return found[0] if found else None


def require_key(name: KeyName) -> SecretStr:
    """Return a provider's key.

    Raises:
        ModelError: there is none; exit status 4, before anything was called.
        SettingsError: as `get_key`.
    """
    key = get_key(name)
    if key is None:
        raise ModelError(
            f"no key for {name}: {VARIABLES[name]} is not set and {path()} holds none",
            key_hint(name),
            reason="unauthorised",
        )
    return key


def key_hint(name: KeyName) -> str:
    """Say how a key is given."""
    return f"Set {VARIABLES[name]}, or store the key with `shippanel keys set {name}`."


def list_keys() -> tuple[StoredKey, ...]:
    """Tell for every provider where its key comes from.

    Raises:
        SettingsError: as `get_key`.
    """
    found = ((name, _find(name)) for name in KEY_NAMES)
    return tuple(StoredKey(name, origin[1] if origin else None) for name, origin in found)


def set_key(name: KeyName, key: SecretStr) -> Path:
    """Store a provider's key in the file, and return the file's path.

    Raises:
        SettingsError: the key is empty or holds characters that no key has, or the file cannot be used.
    """
    value = _sendable(key.get_secret_value(), "the key")
    target = path()
    stored = {**_read(target), name: value}
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # `mkstemp` makes the file readable by its owner alone, before a key stands in it.
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".keys-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump(stored, file, indent=2)
                file.write("\n")
            Path(temporary).replace(target)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(
            f"{target}: cannot be written: {error.strerror}", "Check the permissions of its folder."
        ) from None
    return target


def _find(name: KeyName) -> tuple[SecretStr, str] | None:
    """Return the key and where it stands."""
    variable = VARIABLES[name]
    if given := os.environ.get(variable, "").strip():
        return SecretStr(_sendable(given, variable)), variable
    file = path()
    if stored := _read(file).get(name, ""):
        return SecretStr(_sendable(stored, f"{file}: {name}")), str(file)
    return None


def _sendable(value: str, source: str) -> str:
    """Refuse what could not stand in a header, without repeating it."""
    key = value.strip()
    if not _SENDABLE.fullmatch(key):
        raise SettingsError(
            f"{source}: is {'empty' if not key else 'not a key: it holds spaces or unusual characters'}",
            "Copy the key again from the provider's page.",
        )
    return key


def _read(file: Path) -> dict[str, str]:
    """Read the key file, empty when there is none."""
    try:
        with file.open("rb") as stream:
            _check_private(file, os.fstat(stream.fileno()))
            content = json.loads(stream.read(_LIMIT_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}", "Check its permissions.") from None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise SettingsError(
            f"{file}: is not a JSON object of names and keys",
            "Move it away and store the keys anew with `shippanel keys set`.",
        )
    return content


def _check_private(file: Path, status: os.stat_result) -> None:
    """Refuse a file that somebody else may read or change."""
    if os.name == "nt":  # Windows keeps a profile private by access lists, which no mode bits show.
        return
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"{file}: can be read by others (mode {stat.S_IMODE(status.st_mode):o})",
            f"Run `chmod 600 {file}`; if the machine is shared, have new keys issued.",
        )
