from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from panel.intake.personas import load_persona
from panel.resources import folder

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]

BUILT_IN = ["dx", "competitive", "futurist", "business"]


def test_the_four_are_listed_in_the_order_they_sit(run: Run) -> None:
    """One line each: id, name and motto."""
    lines = run("personas", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == BUILT_IN
    assert "Developer experience: " in lines[0]


def test_a_listing_in_json_tells_where_each_comes_from(run: Run, here: Path) -> None:
    """The file of a persona is the one that counts: a later folder replaces an earlier."""
    built_in = folder("personas") / "dx.yaml"
    (here / "dx.yaml").write_bytes(built_in.read_bytes())
    rows = json.loads(run("personas", "list", "--personas", ".", "--format", "json").out)["personas"]
    files = {row["id"]: row["file"] for row in rows}
    assert list(files) == BUILT_IN
    assert files["dx"] == "dx.yaml"
    assert files["business"] == str(folder("personas") / "business.yaml")


def test_a_persona_is_shown_for_people_and_for_programs(run: Run) -> None:
    """The page names every move, criterion and rule; the JSON is the whole persona."""
    persona = load_persona(folder("personas") / "business.yaml")
    page = run("personas", "show", "business").out
    for words in (persona.motto, persona.moves[0].ask, persona.criteria[-1].ask, *persona.skip_when):
        assert words in page
    shown = json.loads(run("personas", "show", "business", "--format", "json").out)
    assert shown.pop("schema") == "shippanel.persona/1"
    assert shown == persona.model_dump(mode="json")


def test_an_unknown_persona_is_guessed(run: Run) -> None:
    """A near miss is named; anything else gets the way to the list."""
    done = run("personas", "show", "buisness")
    assert done.status == 2
    assert "no persona is called 'buisness'; did you mean 'business'?" in done.err
    assert "`shippanel personas list`" in run("personas", "show", "zzz").err


@pytest.mark.parametrize("name", ["security", "a", "long-name-2"])
def test_a_new_persona_is_valid_and_can_sit_offline(run: Run, here: Path, name: str) -> None:
    """What `new` writes passes `check`, loads, and has signals for every criterion and move."""
    assert run("personas", "new", name).status == 0
    persona = load_persona(here / f"{name}.yaml")
    assert persona.id == name
    assert persona.works_offline
    done = run("personas", "check", f"{name}.yaml")
    assert (done.status, done.err) == (0, f"{name}.yaml: ok\n")


def test_a_new_persona_votes_with_reasons(run: Run, tool: Path) -> None:
    """The starter is no dummy: it cites the words it found."""
    run("personas", "new", "security")
    done = run("review", tool, "--personas", "security.yaml", "--persona", "security", "--format", "json")
    (verdict,) = json.loads(done.out)["verdicts"]
    cited = [quote for criterion in verdict["criteria"] for quote in criterion["quotes"]]
    assert {quote["source"] for quote in cited} >= {"licence", "description"}


def test_a_new_persona_replaces_nothing_unless_told(run: Run, here: Path) -> None:
    """A file that is there stays, and --force is the way past."""
    (here / "security.yaml").write_text("mine")
    done = run("personas", "new", "security")
    assert done.status == 2
    assert "security.yaml: is there already" in done.err
    assert (here / "security.yaml").read_text() == "mine"
    assert run("personas", "new", "security", "--force").status == 0
    assert load_persona(here / "security.yaml").id == "security"


@pytest.mark.parametrize("name", ["Security", "9lives", "a b", "../x", "x" * 41, "é"])
def test_an_id_that_is_none_is_refused(run: Run, here: Path, name: str) -> None:
    """An id is a file name and an address, so it is plain."""
    done = run("personas", "new", name)
    assert done.status == 2
    assert "cannot be a persona's id" in done.err
    assert not list(here.iterdir())


def test_a_file_by_another_name_is_refused(run: Run, here: Path) -> None:
    """The file is called what the persona is called; a folder as --out is filled in."""
    assert run("personas", "new", "security", "--out", "other.yaml").status == 2
    (here / "folder").mkdir()
    assert run("personas", "new", "security", "--out", "folder").status == 0
    assert (here / "folder" / "security.yaml").is_file()


def test_everything_wrong_is_told_with_file_key_and_reason(run: Run, here: Path) -> None:
    """`check` goes through all the files, and ends with 2 when one cannot sit."""
    text = (folder("personas") / "dx.yaml").read_text("utf-8")
    (here / "good.yaml").write_text(text.replace("id: dx\n", "id: good\n"), "utf-8")
    (here / "bad.yaml").write_text(text.replace("id: dx\n", "id: bad\nmoto: x\n"), "utf-8")
    (here / "worse.yaml").write_bytes(b"\xff\xfe")
    done = run("personas", "check", ".", "nope.yaml")
    assert done.status == 2
    first, *lines = done.err.replace("good.yaml: ok\n", "").splitlines()
    assert first == "Error: 3 problems in 4 persona files"
    assert lines[0].strip() == "bad.yaml: moto: is not a known field; did you mean 'motto'?"
    assert lines[1].strip().startswith("worse.yaml: ")
    assert lines[2].strip() == "nope.yaml: no such file"
    assert "`shippanel schema persona`" in lines[3]


def test_check_without_files_looks_at_all_that_would_sit(run: Run, here: Path) -> None:
    """The built-in personas and those of the settings are checked; --quiet leaves out the good news."""
    run("personas", "new", "security")
    (here / "shippanel.toml").write_text('personas = ["security.yaml"]\n', "utf-8")
    done = run("personas", "check")
    assert done.status == 0
    assert [Path(line.partition(":")[0]).stem for line in done.err.splitlines()] == [
        *sorted(BUILT_IN),
        "security",
    ]
    assert run("personas", "check", "--quiet") == (0, "", "")


def test_a_persona_without_signals_is_marked(run: Run, here: Path) -> None:
    """A persona for models only is listed as such."""
    run("personas", "new", "security")
    text = (here / "security.yaml").read_text("utf-8")
    (here / "security.yaml").write_text(
        text.partition("\n# The least score that is a ship")[0] + "\n", "utf-8"
    )
    lines = run("personas", "list", "--personas", "security.yaml").out.splitlines()
    assert lines[-1].endswith("(needs a model: it has no signals for the offline rubric)")
    assert not any("needs a model" in line for line in lines[:-1])
