from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from panel.cli import options
from panel.errors import InputError, SettingsError
from panel.settings import FLAGS, OutputFormat, Settings, load_settings, trace_settings, user_file

pytest_plugins = ["running"]

LAYERS = ("--quorum", "SHIPPANEL_QUORUM", "shippanel.toml", "config.toml")
"""Who can set the quorum, the strongest first."""


def write_user_file(text: str) -> Path:
    """Write the user's own settings."""
    path = user_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@given(st.sets(st.sampled_from(LAYERS)))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_strongest_layer_wins_and_is_named(here: Path, layers: set[str]) -> None:
    """Flags come before variables, those before the project's file, that before the user's own."""
    given_flags = {"quorum": 1} if "--quorum" in layers else {}
    project = here / "shippanel.toml"
    project.write_text("quorum = 3" if "shippanel.toml" in layers else "", "utf-8")
    write_user_file("quorum = 4" if "config.toml" in layers else "")
    with pytest.MonkeyPatch.context() as patch:
        if "SHIPPANEL_QUORUM" in layers:
            patch.setenv("SHIPPANEL_QUORUM", "2")
        settings = load_settings(given_flags)
        choices = {choice.key: choice for choice in trace_settings(given_flags)}
    strongest = min(layers, key=LAYERS.index, default=None)
    assert settings.quorum == (None if strongest is None else LAYERS.index(strongest) + 1)
    assert Path(choices["quorum"].origin).name == (strongest or "default")


def test_nothing_set_means_the_defaults(here: Path) -> None:
    """Without files, variables and flags, four offline seats and the user's own ledger are what is used."""
    assert not list(here.iterdir())
    assert load_settings() == Settings(
        db=None, personas=(), model="rubric", persona_models={}, quorum=None, format="auto"
    )
    assert {choice.origin for choice in trace_settings()} == {"default"}


def test_an_unknown_key_names_its_file_and_the_key_that_was_meant(here: Path) -> None:
    """A misspelt key is refused, never ignored."""
    (here / "shippanel.toml").write_text('modle = "rubric"\n', "utf-8")
    with pytest.raises(SettingsError, match="unknown key 'modle'; did you mean 'model'"):
        load_settings()


def test_a_key_like_no_other_gets_the_list(here: Path) -> None:
    """Where nothing is close, the known keys are named."""
    (here / "shippanel.toml").write_text("zzz = 1\n", "utf-8")
    with pytest.raises(SettingsError, match="unknown key 'zzz'; known are db, personas, model"):
        load_settings()


def test_all_problems_are_told_at_once_each_with_its_origin(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files, variables and flags are mended in one go."""
    (here / "shippanel.toml").write_text("quorum = 0\npersonas = [3]\n", "utf-8")
    own = write_user_file("colour = true\n")
    monkeypatch.setenv("SHIPPANEL_FORMAT", "pdf")
    with pytest.raises(SettingsError) as caught:
        load_settings({"model": 7})
    problems = caught.value.problems
    assert len(problems) == 5
    for start in ("shippanel.toml: quorum: ", "shippanel.toml: personas", "SHIPPANEL_FORMAT: ", "--model: "):
        assert any(problem.startswith(start) for problem in problems), start
    assert any(problem.startswith(f"{own}: unknown key 'colour'") for problem in problems)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"quorum = \n", "not valid TOML"), (b'model = "\xff"\n', "not UTF-8 at byte 9")],
    ids=["syntax", "encoding"],
)
def test_a_file_that_cannot_be_parsed_is_named(here: Path, content: bytes, reason: str) -> None:
    """A broken settings file stops the program, with the place of the fault."""
    (here / "shippanel.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=f"shippanel.toml: {reason}"):
        load_settings()


def test_a_file_that_cannot_be_read_is_named(here: Path) -> None:
    """A folder in the place of the file is told apart from no file."""
    (here / "shippanel.toml").mkdir()
    with pytest.raises(SettingsError, match=r"^shippanel\.toml: cannot be read: Is a directory$"):
        load_settings()


def test_paths_in_a_file_are_relative_to_it(here: Path) -> None:
    """The user's own file names the same folders wherever the program is run; an address stays as it is."""
    own = write_user_file('db = "ledger.db"\npersonas = ["more", "~/mine"]\n')
    settings = load_settings()
    assert settings.db == str(own.parent / "ledger.db")
    assert settings.personas == (str(own.parent / "more"), str(Path("~/mine").expanduser()))
    (here / "shippanel.toml").write_text('db = "postgresql://me@host/reviews"\n', "utf-8")
    assert load_settings().db == "postgresql://me@host/reviews"


def test_variables_hold_lists_and_tables(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are joined as in PATH, the reviewers of seats by commas; `~` is the user's home."""
    assert here.is_dir()
    monkeypatch.setenv("SHIPPANEL_PERSONAS", os.pathsep.join(("a", "", "b c")))
    monkeypatch.setenv("SHIPPANEL_PERSONA_MODELS", "dx=rubric, business=rubric")
    monkeypatch.setenv("SHIPPANEL_DB", "~/ledger.db")
    settings = load_settings()
    assert settings.personas == ("a", "b c")
    assert settings.persona_models == {"dx": "rubric", "business": "rubric"}
    assert settings.db == str(Path("~/ledger.db").expanduser())


@pytest.mark.parametrize("entry", ["dx", "=rubric", "dx="])
def test_a_pair_that_is_none_names_its_variable(
    here: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    """A malformed table in a variable is told as what it is."""
    assert here.is_dir()
    monkeypatch.setenv("SHIPPANEL_PERSONA_MODELS", entry)
    with pytest.raises(
        SettingsError, match=f"SHIPPANEL_PERSONA_MODELS: '{entry}' is not of the form ID=SPEC"
    ):
        load_settings()


def test_an_empty_variable_is_no_choice(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SHIPPANEL_MODEL=` in a shell means what unsetting it means."""
    (here / "shippanel.toml").write_text('model = "other"\n', "utf-8")
    monkeypatch.setenv("SHIPPANEL_MODEL", "")
    assert load_settings().model == "other"


def test_reviewers_of_seats_are_merged_and_the_flag_wins(here: Path) -> None:
    """A flag for one seat leaves the other seats of the file alone."""
    (here / "shippanel.toml").write_text('[persona_models]\ndx = "a"\nbusiness = "b"\n', "utf-8")
    given_flags = {"persona_models": {"dx": "c"}}
    assert load_settings(given_flags).persona_models == {"dx": "c", "business": "b"}
    (choice,) = (c for c in trace_settings(given_flags) if c.key == "persona_models")
    assert choice.origin == "--persona-model + shippanel.toml"


def test_no_dotenv_file_is_read(here: Path) -> None:
    """A `.env` file belongs to whatever else lives in the folder."""
    (here / ".env").write_text("SHIPPANEL_MODEL=other\n", "utf-8")
    assert load_settings().model == "rubric"


def test_every_setting_of_a_single_run_has_a_flag_and_the_formats_agree() -> None:
    """The command line offers what the settings accept; what is true of a provider is for files alone."""
    of_providers = {
        "call_timeout_s",
        "compat_url",
        "requests_per_minute",
        "review_timeout_s",
        "tokens_per_minute",
    }
    assert set(FLAGS) == set(Settings.model_fields) - of_providers
    assert get_args(options.OutputFormat) == get_args(OutputFormat)


def test_settings_errors_are_bad_input() -> None:
    """A caller that handles bad input handles bad settings; the exit status is the same."""
    assert issubclass(SettingsError, InputError)
    assert SettingsError.exit_code == 2
