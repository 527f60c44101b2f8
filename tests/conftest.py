"""What holds for every test: no network but loopback, and nothing of the user's own settings."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

FOREIGN = (
    "SHIPPANEL_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "OPENAI_",
    "ANTHROPIC_",
    "LANGSMITH_",
    "LANGCHAIN_",
    "XDG_",
)
"""Variables of the user that would change what a test sees; some of them hold keys."""
DISPLAY = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
LOCAL_NAMES = {"localhost", "localhost.localdomain", ""}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the test a home of its own and take the user's variables away."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name in DISPLAY:
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test that connects to, or asks for the address of, another machine."""
    for method in ("connect", "connect_ex", "sendto"):
        _guard(monkeypatch, socket.socket, method)
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401  # as the original
        _refuse_foreign(host)
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def _guard(monkeypatch: pytest.MonkeyPatch, owner: type[socket.socket], method: str) -> None:
    original = getattr(owner, method)

    def guarded(self: socket.socket, *arguments: Any) -> Any:  # noqa: ANN401  # as the original
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(arguments[-1], tuple):
            _refuse_foreign(arguments[-1][0])
        return original(self, *arguments)

    monkeypatch.setattr(owner, method, guarded)


def _refuse_foreign(host: object) -> None:
    """Fail unless `host` is this machine; the failure passes any `except Exception` on its way."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in LOCAL_NAMES:
        return
    try:
        local = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        pytest.fail(f"a test reached for the network: {name!r}")
