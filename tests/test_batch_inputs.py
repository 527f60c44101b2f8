"""Many submissions from one source: every form, every place, and no bad line that stops the others."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.batch import Submitted, Unusable, open_submissions
from panel.document import count_list, parse_list
from panel.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from panel.batch import Entry

LINTER = {"name": "Lint", "description": "A command that checks SQL."}
MAPPER = {"name": "Map", "description": "A library that draws maps.", "pricing": {"model": "free"}}

FORMS = {
    "tools.jsonl": "\n".join(map(json.dumps, (LINTER, MAPPER))),
    "tools.json": json.dumps([LINTER, MAPPER], indent=2),
    "tools.yaml": """\
# two tools
- name: Lint
  description: A command that checks SQL.
- name: Map
  description: A library that draws maps.
  pricing: {model: free}
""",
    "tools.csv": """\
name,description,pricing.model
Lint,A command that checks SQL.,
Map,A library that draws maps.,free
""",
    "tools.tsv": "name\tdescription\tpricing.model\nLint\tA command that checks SQL.\t\n"
    "Map\tA library that draws maps.\tfree\n",
}
SECOND = {"tools.jsonl": 2, "tools.json": 6, "tools.yaml": 4, "tools.csv": 3, "tools.tsv": 3}
"""Form → the line on which the second tool begins."""


def read(*sources: Path, spool: Path) -> list[Entry]:
    """Read every submission of some sources."""
    found = open_submissions([str(source) for source in sources], spool=spool)
    entries = list(found)
    assert found.count() == len(entries), "what is counted first is what is read then"
    return entries


def tools(entries: list[Entry]) -> list[str]:
    """Name the tools among entries."""
    return [entry.tool.name for entry in entries if isinstance(entry, Submitted)]


def problems(entries: list[Entry]) -> list[str]:
    """Tell what could not be used."""
    return [entry.error.message for entry in entries if isinstance(entry, Unusable)]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_list_gives_the_same_tools(tmp_path: Path, name: str) -> None:
    """JSON Lines, JSON, YAML and tables hold the same two tools, each with the line it begins on."""
    path = tmp_path / name
    path.write_text(FORMS[name], "utf-8")
    first, second = read(path, spool=tmp_path)
    assert isinstance(first, Submitted)
    assert isinstance(second, Submitted)
    assert first.tool.model_dump(include={"name", "description"}) == LINTER
    assert second.tool.pricing.model == "free"
    assert second.place == f"{path}, line {SECOND[name]}"


@pytest.mark.parametrize("name", [name for name in FORMS if not name.endswith("tsv")])
def test_standing_input_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Standard input needs no suffix: the first signs tell how it is written."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FORMS[name].encode()), "utf-8"))
    entries = list(open_submissions(["-"], spool=tmp_path))
    assert tools(entries) == ["Lint", "Map"]
    assert [entry.place for entry in entries][1] == f"standard input, line {SECOND[name]}"


@pytest.mark.parametrize(
    "text", ["name: Lint\ndescription: Checks.\n", '{"name": "Lint",\n "description": "Checks."}\n']
)
def test_standard_input_may_be_one_submission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """One submission, in YAML or in JSON over several lines, is a batch of one."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))
    assert tools(list(open_submissions(["-"], spool=tmp_path))) == ["Lint"]


def test_a_bad_entry_leaves_the_others_alone(tmp_path: Path) -> None:
    """Each problem names its line; what stands before and after it is read."""
    lines = [json.dumps(LINTER), "{broken", '{"naem": "X"}', "", json.dumps(MAPPER)]
    path = tmp_path / "tools.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    entries = read(path, spool=tmp_path)
    assert tools(entries) == ["Lint", "Map"]
    assert [message.split(":")[0] for message in problems(entries)] == [f"{path}, line 2", f"{path}, line 3"]


def test_a_bad_item_of_a_yaml_list_leaves_the_others_alone(tmp_path: Path) -> None:
    """Even a syntax error ends with its item, and is told by its line in the whole file."""
    path = tmp_path / "tools.yaml"
    path.write_text(
        "- name: Lint\n  description: Checks.\n- name: [Open\n  description: x\n- name: Map\n"
        "  description: |\n    - no item\n    text\n",
        "utf-8",
    )
    entries = read(path, spool=tmp_path)
    assert tools(entries) == ["Lint", "Map"]
    [problem] = problems(entries)
    assert "line 4: not valid YAML" in problem or "line 5: not valid YAML" in problem


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[{"name": "A", "description": "x"}, 3]', ["A"]),
        ('[{"name": "A", "description": "x"} {"name": "B", "description": "y"}]', ["A"]),
        ('[{"name": "A", "description": "[{]}"}]', ["A"]),
        ('[{"name": "A", "description": "x"}', ["A"]),
        ('[{"name": "A", "description": "x"}] rest', ["A"]),
        ('["A"]', []),
        ("[]", []),
    ],
)
def test_a_json_list_is_cut_at_its_objects(tmp_path: Path, text: str, names: list[str]) -> None:
    """Brackets in strings are text; what is no object ends the list with one problem."""
    path = tmp_path / "tools.json"
    path.write_text(text, "utf-8")
    entries = read(path, spool=tmp_path)
    assert tools(entries) == names
    sound = text in {"[]", '[{"name": "A", "description": "[{]}"}]'}
    assert len(problems(entries)) == (0 if sound else 1)


def test_rows_of_a_table(tmp_path: Path) -> None:
    """Quoted cells may hold lines; empty cells are left out; a row too long or not UTF-8 is a problem."""
    path = tmp_path / "tools.csv"
    path.write_bytes(
        b"\xef\xbb\xbfname;description;facts.latency\r\n"
        b'Lint;"Checks SQL.\nQuickly.";90 ms\r\n'
        b"Map;Draws.;;;\r\n"
        b"Odd;Draws.;1;2\r\n"
        b"Byte;\xff;\r\n"
    )
    entries = read(path, spool=tmp_path)
    first = entries[0]
    assert isinstance(first, Submitted)
    assert first.tool.description == "Checks SQL.\nQuickly."
    assert first.tool.facts["latency"].value == "90 ms"
    assert tools(entries) == ["Lint", "Map"]
    assert [message.split(": ")[0] for message in problems(entries)] == [f"{path}, line 5", f"{path}, line 6"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,descripton", "did you mean 'description'?"),
        ("name,name", "stands there twice"),
        ("name,,description", "has no name"),
        ("name,description,pricing,pricing.model", "are one field"),
    ],
)
def test_a_header_that_cannot_be_used_stops_before_anything_is_read(
    tmp_path: Path, header: str, said: str
) -> None:
    """A thousand rows are not refused one by one for the same reason."""
    path = tmp_path / "tools.csv"
    path.write_text(f"{header}\nA,B,C,D\n", "utf-8")
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        open_submissions([str(path)], spool=tmp_path)


def test_a_folder_is_read_in_order_of_name(tmp_path: Path) -> None:
    """Files of every known form are submissions; what is none is passed over and named."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.yaml").write_text("name: B\ndescription: b", "utf-8")
    (folder / "a.md").write_text("---\nname: A\n---\nText.", "utf-8")
    (folder / "c.jsonl").write_text(json.dumps(LINTER), "utf-8")
    (folder / "README.md").write_text("# Not a submission", "utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.yaml").write_text("name: H", "utf-8")
    found = open_submissions([str(folder)], spool=tmp_path)
    assert tools(list(found)) == ["A", "B", "Lint"]
    assert [name.rpartition("/")[2] for name in found.passed_over] == ["README.md", "logo.png"]


@pytest.mark.parametrize("name", ["missing.jsonl", "tools.docx", "empty"])
def test_a_source_that_is_none_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """A file that is not there, of no known form, or a folder without submissions is one clear line."""
    (tmp_path / "tools.docx").write_bytes(b"PK")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        open_submissions([str(tmp_path / name)], spool=tmp_path)
    assert name in error.value.message


def test_an_entry_longer_than_a_document_is_refused_and_skipped() -> None:
    """However long a line or an item is, no more than the limit is held, and the next one is read."""
    long = "x" * 300
    jsonl = f'{{"name": "{long}"}}\n{{"name": "B"}}\n'.encode()
    yaml = f"- name: A\n  description: |\n    {long}\n- name: B\n".encode()
    for form, data in (("jsonl", jsonl), ("yaml", yaml)):
        found = list(parse_list(io.BytesIO(data), name="x", form=form, limit=100))  # type: ignore[arg-type]
        assert isinstance(found[0][1], InputError)
        assert "longer than 100 bytes" in found[0][1].message
        assert found[1][1] == {"name": "B"}


@given(st.binary(max_size=300), st.sampled_from(["jsonl", "json", "yaml"]))
def test_no_bytes_break_the_reader(data: bytes, form: str) -> None:
    """Whatever stands in a file, each piece is fields or a problem, and the count is the same."""
    found = list(parse_list(io.BytesIO(data), name="x", form=form))  # type: ignore[arg-type]
    assert all(isinstance(piece, (dict, InputError)) for _, piece in found)
    assert count_list(io.BytesIO(data), name="x", form=form) == len(found)  # type: ignore[arg-type]
