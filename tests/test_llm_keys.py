"""Keys: found in the environment or in a private file, told by name and place, never by value."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from panel.cli import main
from panel.errors import ModelError, PanelError, SettingsError
from panel.llm.keys import KEY_NAMES, VARIABLES, get_key, list_keys, path, require_key, set_key

KEY = "sk-canary-0123456789"


def test_key_of_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the file, and the listing says which one it was."""
    set_key("openai", SecretStr("sk-from-the-file"))
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    key = get_key("openai")
    assert key
    assert key.get_secret_value() == KEY
    assert list_keys()[0].origin == "OPENAI_API_KEY"


def test_stored_key_is_private_and_found_again() -> None:
    """The file is its owner's alone from the first moment, and keeps the keys of the others."""
    set_key("anthropic", SecretStr("sk-ant-1"))
    file = set_key("openai", SecretStr(f"{KEY}\n"))
    assert file == path()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    key, other = get_key("openai"), get_key("anthropic")
    assert key
    assert other
    assert (key.get_secret_value(), other.get_secret_value()) == (KEY, "sk-ant-1")


def test_listing_holds_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `keys list` shows are names and places."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    set_key("openai", SecretStr(KEY))
    listed = list_keys()
    assert [entry.name for entry in listed] == list(KEY_NAMES)
    assert [entry.origin for entry in listed] == [str(path()), "ANTHROPIC_API_KEY", None]
    assert KEY not in repr(listed)
    assert KEY not in repr(get_key("openai"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_file_that_others_can_read_is_refused(mode: int) -> None:
    """A key that others may have read is not used; the hint says what to do."""
    set_key("openai", SecretStr(KEY)).chmod(mode)
    with pytest.raises(SettingsError) as refusal:
        get_key("openai")
    assert f"chmod 600 {path()}" in refusal.value.hint
    assert KEY not in refusal.value.message


@pytest.mark.parametrize("content", ["", "[]", "{", '{"openai": 5}', "\ufeff{}", "[" * 100_000])
def test_broken_file_is_one_clear_line(content: str) -> None:
    """A file that is no object of keys is named, and its content is not repeated."""
    path().parent.mkdir(parents=True)
    path().touch(0o600)
    path().write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        get_key("openai")
    assert str(path()) in refusal.value.message


def test_unwritable_folder_is_one_clear_line() -> None:
    """Storing a key where a file stands in the way is no traceback."""
    path().parent.parent.mkdir(parents=True)
    path().parent.write_text("in the way")
    with pytest.raises(SettingsError, match="cannot be"):
        set_key("openai", SecretStr(KEY))


@pytest.mark.parametrize("value", ["", "   ", f"{KEY} x", f"{KEY}\r\nX-Evil: 1", "schlüssel", "k" * 5000])
def test_key_that_cannot_be_sent_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would break out of a header never gets near one."""
    with pytest.raises(SettingsError) as refusal:
        set_key("openai", SecretStr(value))
    assert KEY not in refusal.value.message
    if value.strip():
        monkeypatch.setenv("OPENAI_API_KEY", value)
        with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
            get_key("openai")


@pytest.mark.parametrize("name", KEY_NAMES)
def test_missing_key_names_the_variable_and_the_command(name: str) -> None:
    """Exit status 4, before anything was called."""
    with pytest.raises(ModelError) as refusal:
        require_key(name)  # type: ignore[arg-type]  # one of the names
    error: PanelError = refusal.value
    assert error.exit_code == 4
    assert refusal.value.reason == "unauthorised"
    assert VARIABLES[name] in error.hint  # type: ignore[index]  # one of the names
    assert f"shippanel keys set {name}" in error.hint


def test_stored_form_is_a_plain_object() -> None:
    """The file can be read and edited by hand."""
    file = set_key("compat", SecretStr(KEY))
    assert json.loads(Path(file).read_text()) == {"compat": KEY}


def test_a_key_on_the_command_line_is_refused_and_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    """Other users of the machine could read it there; the answer does not show it once more."""
    assert main(["keys", "set", "openai", "sk-seen-by-others"]) == 2
    told = capsys.readouterr().err
    assert "a key is never taken from the command line" in told
    assert "sk-seen-by-others" not in told
