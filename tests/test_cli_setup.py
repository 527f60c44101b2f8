"""`init`, `config`, `doctor` and `schema`: getting started, and finding out what holds."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

from panel import resources
from panel.ledger import default_path, open_ledger
from panel.ledger.schema import REVISION
from panel.settings import load_settings, user_file

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]


def test_init_gives_something_to_review(run: Run, here: Path) -> None:
    """After `init`, the settings load, the example is reviewed, and the user's own ledger is kept to."""
    done = run("init")
    assert (done.status, done.out) == (0, "")
    assert done.err.endswith("Next: shippanel review tool.yaml\n")
    assert load_settings().db is None
    card = json.loads(run("review", "tool.yaml", "--format", "json").out)
    assert card["state"] == "complete"
    assert not card["findings"]
    assert default_path().is_file()
    assert sorted(path.name for path in here.iterdir()) == ["shippanel.toml", "tool.yaml"]


def test_init_replaces_nothing_unless_told(run: Run, here: Path) -> None:
    """One file that is there keeps both from being written."""
    (here / "tool.yaml").write_text("mine")
    done = run("init")
    assert done.status == 2
    assert "tool.yaml: is there already" in done.err
    assert [path.name for path in here.iterdir()] == ["tool.yaml"]
    assert run("init", "--force").status == 0
    assert (here / "tool.yaml").read_text() != "mine"


def test_init_in_another_folder(run: Run, here: Path) -> None:
    """The folder is named, and must be there."""
    (here / "sub").mkdir()
    assert run("init", "sub").status == 0
    assert sorted(path.name for path in (here / "sub").iterdir()) == ["shippanel.toml", "tool.yaml"]
    assert run("init", "nowhere").status == 2


def test_config_tells_each_value_s_origin(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag, variable, both files and defaults are told apart."""
    (here / "shippanel.toml").write_text("quorum = 2\n", "utf-8")
    user_file().parent.mkdir(parents=True)
    user_file().write_text('personas = ["mine"]\n', "utf-8")
    monkeypatch.setenv("SHIPPANEL_FORMAT", "md")
    lines = run("config", "show", "--persona-model", "dx=rubric").out.splitlines()
    table = {cells[0]: cells[1:] for cells in (line.split() for line in lines) if cells}
    assert table["quorum"] == ["2", "shippanel.toml"]
    assert table["personas"] == [str(user_file().parent / "mine"), str(user_file())]
    assert table["format"] == ["md", "SHIPPANEL_FORMAT"]
    assert table["persona_models"] == ["dx=rubric", "--persona-model"]
    assert table["model"] == ["rubric", "default"]
    assert table["db"] == [str(default_path()), "default"]


def test_config_in_json_has_the_values_as_they_are(run: Run) -> None:
    """A program gets lists as lists and nothing as null."""
    content = json.loads(run("config", "show", "--format", "json").out)
    assert content["settings"]["personas"] == {"value": [], "origin": "default"}
    assert content["settings"]["quorum"] == {"value": None, "origin": "default"}


def test_no_password_is_shown(run: Run) -> None:
    """The ledger's address is shown without its secret, wherever it is shown."""
    address = "postgresql://me:hunter2@127.0.0.1:1/reviews?password=hunter2"
    for command in (("config", "show"), ("doctor",), ("ledger", "stats"), ("history", "list")):
        done = run(*command, "--db", address)
        assert "hunter2" not in done.out + done.err
    assert "postgresql://me:***@127.0.0.1:1/reviews" in run("config", "show", "--db", address).out


def checked(run: Run, *arguments: str | Path) -> dict[str, dict[str, Any]]:
    """Run `doctor` and return its checks by subject."""
    done = run("doctor", *arguments, "--format", "json")
    checks = json.loads(done.out)["checks"]
    assert done.status == int(any(check["result"] == "fail" for check in checks))
    return {check["subject"]: check for check in checks}


def test_a_healthy_installation(run: Run) -> None:
    """Everything is looked at and nothing fails."""
    checks = checked(run)
    assert {"python", "package", "data files", "settings", "panel", "ledger", "encoding"} <= set(checks)
    assert {check["result"] for check in checks.values()} == {"ok"}
    assert str(default_path()) in checks["ledger"]["found"]
    assert not default_path().exists()


def test_doctor_opens_the_ledger(run: Run, tool: Path, here: Path) -> None:
    """Its schema and size are told; one that cannot be opened fails the check."""
    run("review", tool, "--db", "ledger.db")
    assert f"schema {REVISION}, 1 runs" in checked(run, "--db", "ledger.db")["ledger"]["found"]
    (here / "broken.db").write_text("no ledger")
    broken = checked(run, "--db", "broken.db")["ledger"]
    assert broken["result"] == "fail"
    assert broken["advice"]


@pytest.mark.parametrize(
    ("settings", "subject"),
    [("quorum = 0\n", "settings"), ("quorum = 9\n", "panel"), ('personas = ["nowhere"]\n', "panel")],
)
def test_doctor_finds_settings_that_do_not_work(run: Run, here: Path, settings: str, subject: str) -> None:
    """What is wrong with the settings fails its own check, and the others still run."""
    (here / "shippanel.toml").write_text(settings, "utf-8")
    checks = checked(run)
    assert checks[subject]["result"] == "fail"
    assert checks["python"]["result"] == "ok"


def test_doctor_finds_what_nothing_reads(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable and a tracing switch are warnings, and warnings do not fail."""
    monkeypatch.setenv("SHIPPANEL_MODLE", "x")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    checks = checked(run)
    assert checks["settings"]["result"] == "warn"
    assert "SHIPPANEL_MODLE" in checks["settings"]["found"]
    assert checks["tracing"]["result"] == "warn"


def test_doctor_finds_the_other_package_of_the_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """HoloViz Panel in the same environment is a failure with a way out."""
    original = metadata.distribution

    def both(name: str) -> metadata.Distribution:
        return original("pytest" if name == "panel" else name)

    monkeypatch.setattr(metadata, "distribution", both)
    check = checked(run)["package"]
    assert check["result"] == "fail"
    assert "HoloViz Panel" in check["found"]
    assert "environment of its own" in check["advice"]


def test_doctor_finds_missing_data(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without its data files says so, and how to mend it."""
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "site" / "panel")
    check = checked(run)["data files"]
    assert check["result"] == "fail"
    assert "Install shippanel again" in check["advice"]


def test_doctor_in_text_has_the_advice_below_the_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """For people: result, subject, finding, and what to do about it."""
    monkeypatch.setenv("SHIPPANEL_MODLE", "x")
    out = run("doctor").out
    found, advice = out[out.index("warn") :].splitlines()[:2]
    assert found.split() == ["warn", "settings", "nothing", "reads", "SHIPPANEL_MODLE"]
    assert advice.strip() == "Unset it, or correct its spelling."


@pytest.mark.parametrize("name", ["scorecard", "comparison", "submission", "persona", "error"])
def test_schemas_are_json_schemas(run: Run, name: str) -> None:
    """Each is printed as JSON that names its draft and itself."""
    schema = json.loads(run("schema", name).out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:shippanel:{name}:1"
    assert schema["properties"]


def test_an_unknown_schema_is_refused(run: Run) -> None:
    """The names there are stand in the error."""
    done = run("schema", "verdict")
    assert done.status == 2
    assert "'scorecard', 'comparison', 'submission', 'persona', 'golden'" in done.err


def test_a_ledger_on_a_server_that_is_not_there(run: Run, tool: Path) -> None:
    """A server that refuses gets one line without the password, and status 1."""
    done = run("review", tool, "--db", "postgresql://me:hunter2@127.0.0.1:1/reviews")
    assert done.status == 1
    assert "127.0.0.1" in done.err
    assert "hunter2" not in done.err
    assert len(done.err.splitlines()) == 2


def test_the_ledger_s_location_is_the_same_everywhere(run: Run, tool: Path) -> None:
    """What `config show` calls the default ledger is the one that a review writes."""
    run("review", tool)
    with open_ledger(default_path(), create=False) as ledger:
        assert ledger.stats().runs == 1
    assert sys.platform
