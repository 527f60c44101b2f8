from __future__ import annotations

import hashlib
import inspect
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from evaluations import make_case, make_set

import panel.evaluation
from panel.errors import InputError
from panel.evaluation import balance, check_set, compare_readings, golden_schema, load_set
from panel.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = folder("evals") / "golden"
LINE: dict[str, Any] = {
    "id": "lantern",
    "tool": {"name": "Lantern", "description": "Reads logs and groups similar lines."},
    "expected": {"dx": "ship", "business": "skip", "futurist": None, "competitive": "abstain"},
    "source": "two editors",
}


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    """Write cases, or lines as they are, as JSONL."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path


def refused(path: Path) -> tuple[str, ...]:
    """Return what is said about a set that is refused."""
    with pytest.raises(InputError) as caught:
        load_set(path)
    return caught.value.problems or (caught.value.message.removeprefix(f"{path}: "),)


def test_a_set_is_read_and_named_by_its_bytes(tmp_path: Path) -> None:
    """The digest is that of the file, and the submission becomes a tool."""
    path = write(tmp_path / "mine.jsonl", LINE)
    golden = load_set(path)

    assert golden.name == "mine"
    assert golden.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert golden.cases[0].tool.slug == "lantern"
    assert golden.cases[0].family == "lantern"
    assert golden.personas == ("dx", "business", "futurist", "competitive")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"expected": {"bizness": "ship"}},
            "expected: no persona is called 'bizness'; did you mean 'business'?",
        ),
        ({"source": ""}, "source: says nothing about the label of 'dx', 'business', 'competitive'"),
        ({"source": {"dx": "me"}}, "source: says nothing about the label of 'business', 'competitive'"),
        (
            {"expected": {"dx": "shp"}},
            "expected.dx: 'shp' is not one of ship, skip, abstain; did you mean 'ship'?",
        ),
        ({"tool": {"name": "Lantern"}}, "tool.description: is required"),
        ({"difficulty": 3}, None),
        ({"hard": "yes"}, "hard: is not a known field"),
        ({"id": "Lantern!"}, "id: 'Lantern!' does not have the form ^[a-z0-9][a-z0-9._-]{0,99}$"),
    ],
)
def test_a_bad_case_gets_one_line(tmp_path: Path, changes: dict[str, Any], problem: str | None) -> None:
    """What is wrong with a case is one sentence that names the line and the field."""
    path = write(tmp_path / "mine.jsonl", {**LINE, **changes})
    if problem is None:
        assert load_set(path).cases[0].difficulty == "3"
    else:
        assert refused(path) == (f"line 1: {problem}",)


def test_a_source_is_not_optional(tmp_path: Path) -> None:
    """Gold without a source is an opinion."""
    line = {key: value for key, value in LINE.items() if key != "source"}

    assert refused(write(tmp_path / "mine.jsonl", line)) == ("line 1: source: is required",)


def test_every_problem_of_a_file_is_listed(tmp_path: Path) -> None:
    """A file is mended in one go: repeated ids, broken lines and bad labels together."""
    path = write(
        tmp_path / "mine.jsonl", LINE, LINE, "{", "", {**LINE, "id": "b", "expected": {"me": "ship"}}
    )
    found = refused(path)

    assert found[0] == "line 2: the id 'lantern' stands on line 1 already"
    assert found[1].startswith("line 3: not valid JSON")
    assert found[2].startswith("line 5: expected: no persona is called 'me'")
    assert len(found) == 3


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    """Nothing can be measured on no case."""
    path = tmp_path / "mine.jsonl"
    path.write_text("\n\n", "utf-8")

    assert refused(path) == ("holds no case",)


def test_an_unknown_split_names_those_there_are() -> None:
    """A split that is misspelt does not become an empty evaluation."""
    golden = make_set({"dx": "+-"}, split="held")
    with pytest.raises(InputError) as caught:
        golden.only("heldout")

    assert "'held'" in caught.value.hint
    assert golden.only("held").split == "held"


def test_the_shipped_sets_are_what_they_say() -> None:
    """Both sets load; the authored one is balanced, large enough, and kept apart from its seed."""
    seed, authored = load_set(GOLDEN / "seed.jsonl"), load_set(GOLDEN / "authored.jsonl")
    assert sum(label is not None for case in seed.cases for label in case.expected.values()) == 28
    for split in ("development", "held"):
        found = balance(authored.only(split))
        assert found.cases >= 48
        assert all(0.4 <= (labels.skip_share or 0) <= 0.6 for labels in found.personas.values())
        assert len(found.languages) == 5
    assert len(balance(authored).patterns) == 16
    assert balance(authored).difficulties["thin"] >= 8
    assert balance(authored).difficulties["hype"] >= 6


def test_weaknesses_of_a_set_are_named() -> None:
    """A set that cannot tell a flatterer apart says so, persona by persona."""
    found = check_set(make_set({"dx": "++++++++", "business": "+++++++-", "futurist": "+-+-+-+?"}))

    assert any("approximate" in line for line in found)
    assert any(line.startswith("dx: gold always ships") for line in found)
    assert any(line.startswith("business: 12% skips") for line in found)
    assert any(line == "futurist: 1 cases have no label." for line in found)
    assert any("same tool" in line for line in check_set(_doubled()))


def _doubled() -> Any:  # noqa: ANN401  # a golden set
    golden = make_set({"dx": "+-"})
    again = make_case("again", {"dx": "skip"}, tool=golden.cases[0].tool)
    return golden.model_copy(update={"cases": (*golden.cases, again)})


def test_clusters_that_cross_splits_are_named() -> None:
    """Tuning on one split has seen relatives of the other, and the check says which."""
    golden = make_set({"dx": "+-"}, per_cluster=2)
    crossed = golden.cases[0].model_copy(update={"split": "held"})
    found = check_set(golden.model_copy(update={"cases": (crossed, golden.cases[1])}))

    assert any("cluster-0" in line and "several splits" in line for line in found)


def test_a_second_reading_is_compared_label_by_label(tmp_path: Path) -> None:
    """Differences between two readers are counted and listed, not hidden."""
    golden = make_set({"dx": "+-+", "business": "+-?"})
    path = write(
        tmp_path / "second.jsonl",
        {"id": "case-0", "labels": {"dx": "ship", "business": "skip"}, "notes": {"business": "no price"}},
        {"id": "case-1", "labels": {"dx": "skip", "business": "skip"}},
    )
    found = compare_readings(golden, path)

    assert (found.labels, found.equal, found.unread) == (4, 3, ("case-2",))
    assert found.differing == ("case-0: business: ship, and skip in the second reading",)
    assert found.kappa == pytest.approx(0.5)


def test_the_second_reading_of_the_authored_set_agrees_throughout() -> None:
    """Both readings of the authored set give the same 480 labels; the record says who made them."""
    found = compare_readings(load_set(GOLDEN / "authored.jsonl"), GOLDEN / "authored.second.jsonl")

    assert (found.labels, found.equal, found.unread) == (480, 480, ())


def test_the_published_schema_is_the_one_the_code_keeps() -> None:
    """The file beside the sets is what the program prints, and every shipped case keeps to it."""
    published = json.loads((GOLDEN / "golden.schema.json").read_text("utf-8"))
    assert published == golden_schema(), "write it anew: shippanel schema golden"
    validator = jsonschema.Draft202012Validator(published)
    for name in ("seed", "authored"):
        for line in (GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines():
            validator.validate(json.loads(line))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**LINE, "expected": {"dx": "maybe"}})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**LINE, "source": None})


def test_no_public_name_is_hidden_by_a_module() -> None:
    """Each name of the façade is what its module defines, whatever was imported before it."""
    for name in panel.evaluation.__all__:
        assert not inspect.ismodule(getattr(panel.evaluation, name)), name


def test_reading_sets_needs_no_extra() -> None:
    """A set is read and checked without NumPy and SciPy; measuring says what is missing."""
    program = (
        "import sys; sys.modules['numpy'] = sys.modules['scipy'] = None\n"
        "import panel.evaluation as e\n"
        f"golden = e.load_set({str(GOLDEN / 'seed.jsonl')!r}); e.balance(golden); e.check_set(golden)\n"
        "try: e.evaluate\n"
        "except e.PanelError as error: print(error.message, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Measuring needs")
    assert "shippanel[evals]" in done.stdout
