"""How a model is asked for: `PROVIDER:MODEL`, with a URL or a path where the provider needs one.

The provider ends at the first `:`. A URL starts at the last `@http`, so that model names may hold `@`
and `:` themselves. Nothing is imported, opened or called here, and no message repeats a password.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from panel.errors import SettingsError

Provider = Literal["openai", "anthropic", "compat", "local"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)

_FORMS = "openai:MODEL, anthropic:MODEL, compat:MODEL@URL, local:PATH.gguf"
_URL_START = re.compile(r"@(?=https?://)", re.IGNORECASE)
_MODEL = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class Spec:
    """One model at one provider."""

    provider: Provider
    model: str
    """The provider's name for it; the path of the file for `local`."""
    url: str | None = None
    """The base URL, without a slash at its end; for `compat` only."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}" + (f"@{self.url}" if self.url else "")


def parse_spec(text: str, *, compat_url: str | None = None) -> Spec:
    """Read a model spec.

    Args:
        text: as written on the command line or in a settings file.
        compat_url: the base URL for `compat:` when the spec names none.

    Raises:
        SettingsError: the provider is not known, or a part is missing or cannot be used.
    """
    provider, colon, rest = text.strip().partition(":")
    known = next((name for name in PROVIDERS if name == provider.lower()), None)
    if known is None or not colon:
        raise SettingsError(f"no provider is called {_shown(provider)}", _advice(provider))
    if known == "compat":
        return _compat(rest, compat_url)
    if known == "local":
        return _local(rest)
    return Spec(known, _model_name(rest, known))


def base_url(text: str, source: str) -> str:
    """Check a base URL and drop the slash at its end.

    Args:
        text: the URL.
        source: what to call it in a message.

    Raises:
        SettingsError: it is no http(s) address, or it carries a password, a query or a fragment.
    """
    hint = "Write it as http://HOST:PORT/v1 or https://HOST/v1."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SettingsError(f"{source}: the URL is not a valid address", hint) from None
    if "@" in parts.netloc:
        raise SettingsError(
            f"{source}: the URL holds a user name or a password",
            "Leave it out and store the key with `shippanel keys set compat`.",
        )
    if parts.scheme.lower() not in ("http", "https") or not host or not _MODEL.fullmatch(text):
        raise SettingsError(f"{source}: the URL is not a valid http or https address", hint)
    if parts.query or parts.fragment:
        raise SettingsError(f"{source}: the URL holds a query or a fragment", hint)
    return text.rstrip("/")


def _compat(rest: str, compat_url: str | None) -> Spec:
    starts = [match.start() for match in _URL_START.finditer(rest)]
    model, url = (rest[: starts[-1]], rest[starts[-1] + 1 :]) if starts else (rest, compat_url or "")
    if not url:
        raise SettingsError(
            "a `compat:` model needs the base URL of its server",
            "Write compat:MODEL@http://HOST:PORT/v1, or name the URL in the settings.",
        )
    address = base_url(url, "compat" if starts else "the compat URL of the settings")
    return Spec("compat", _model_name(model, "compat"), address)


def _local(rest: str) -> Spec:
    if not rest.strip():
        raise SettingsError("a `local:` model needs the path of a .gguf file", "Write local:PATH.gguf.")
    if Path(rest).suffix.lower() != ".gguf":
        raise SettingsError(
            f"local: {_shown(rest)} is not a .gguf file",
            "Name a model file in the GGUF format, the one that llama.cpp reads.",
        )
    return Spec("local", rest)


def _model_name(text: str, provider: str) -> str:
    name = text.strip()
    if not name:
        raise SettingsError(
            f"`{provider}:` is not followed by the name of a model", f"Known forms: {_FORMS}."
        )
    if "://" in name or not _MODEL.fullmatch(name):
        raise SettingsError(
            f"`{provider}:` is followed by something that cannot be the name of a model",
            "Only `compat:` takes a URL, after an `@`; a name has no spaces.",
        )
    return name


def _advice(provider: str) -> str:
    close = difflib.get_close_matches(provider.lower().replace("-", ""), PROVIDERS, n=1, cutoff=0.5)
    return (f"Did you mean {close[0]!r}? " if close else "") + f"Known forms: {_FORMS}."


def _shown(text: str) -> str:
    """Quote what was written, unless it may hold a password."""
    return "that" if "@" in text or "://" in text else repr(text[:80])
