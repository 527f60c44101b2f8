import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from panel.errors import InputError
from panel.intake.personas import check_persona, load_persona, load_personas, persona_schema
from panel.resources import folder


def persona(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - persona files hold anything
    """Return the content of a good persona file with some keys replaced."""
    criterion = {
        "name": "Threats",
        "ask": "What can go wrong?",
        "weight": 3,
        "anchors": {"zero": "Nothing is said.", "two": "Some is.", "four": "All is."},
        "remedy": "publish a threat model",
        "signals": [
            {"id": "audit", "finds": ["security audit*", "audited … by"], "points": 1, "reading": "It was."}
        ],
    }
    return {
        "id": "security",
        "name": "Security",
        "motto": "Assume it leaks.",
        "excited_by": ["threat models"],
        "tired_of": ["badges"],
        "voice": "Calm.",
        "moves": [{"id": f"move-{n}", "name": "A move", "ask": "What?"} for n in range(3)],
        "criteria": [
            {**criterion, "id": "threats"},
            {**criterion, "id": "supply", "signals": []},
            {**criterion, "id": "privacy", "signals": []},
        ],
        "ship_when": ["it is safe"],
        "skip_when": ["it is not"],
        **changes,
    }


def signal(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """Return persona content whose one signal has some keys replaced."""
    content = persona()
    content["criteria"][0]["signals"][0] |= changes
    return content


def weighed(weight: object) -> dict[str, Any]:
    """Return persona content whose first criterion has another weight."""
    content = persona()
    content["criteria"][0]["weight"] = weight
    return content


def written(place: Path, content: object, name: str = "security.yaml") -> Path:
    """Write a persona file and return its path."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_a_persona_is_a_file(tmp_path: Path) -> None:
    """A good file has no problem, and its figures become whole numbers."""
    path = written(tmp_path, persona())
    assert check_persona(path) == ()
    loaded = load_persona(path)
    assert loaded.id == "security"
    assert loaded.criteria[0].weight == 3


@pytest.mark.parametrize("path", sorted(folder("personas").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_personas_pass_their_own_check(path: Path) -> None:
    """What we ship is what we ask of others."""
    assert check_persona(path) == ()


def test_built_in_personas_sit_in_their_order() -> None:
    """Developer experience, competition, future, business."""
    assert [persona.id for persona in load_personas()][:4] == ["dx", "competitive", "futurist", "business"]


def test_a_persona_dropped_in_a_folder_joins_the_panel(tmp_path: Path) -> None:
    """Others follow by id, a later folder replaces an earlier persona, and a place may be one file."""
    first, second = tmp_path / "a", tmp_path / "b"
    written(first, persona())
    written(first, persona(id="access"), "access.yaml")
    written(first, persona(id="business", motto="Mine."), "business.yaml")
    (first / "notes.txt").write_text("no persona")
    replaced = written(second, persona(motto="Later."))
    found = load_personas([folder("personas"), first, replaced])
    assert [p.id for p in found] == ["dx", "competitive", "futurist", "business", "access", "security"]
    assert [p.motto for p in found if p.id in {"business", "security"}] == ["Mine.", "Later."]


def test_places_without_personas_are_named(tmp_path: Path) -> None:
    """A missing and an empty folder are input errors."""
    with pytest.raises(InputError, match="no such folder of personas"):
        load_personas([tmp_path / "none"])
    with pytest.raises(InputError, match="holds no persona file"):
        load_personas([tmp_path])


BAD: list[tuple[dict[str, Any], str]] = [
    (persona(prompt_file="x.md"), "prompt_file: is not a known field"),
    (persona(extends="https://evil.example/pack.yaml"), "extends: is not a known field"),
    (persona(weight="1000"), "weight: is not a known field"),
    (persona(moto="x"), "moto: is not a known field; did you mean 'motto'?"),
    (persona(id="other"), "id: is 'other', and the file is called 'security.yaml'"),
    (persona(motto="Read {{ config }}"), "motto: template markers are not allowed"),
    (persona(voice="Use $name now."), "voice: template markers are not allowed"),
    (persona(motto="{name}"), "motto: template markers are not allowed"),
    (persona(voice="See ../../.env"), "voice: a path is not allowed"),
    (persona(voice="Read /etc/passwd first"), "voice: a path is not allowed"),
    (persona(voice="Key sk-abcdefghijklmnop"), "voice: this looks like a key"),
    (persona(motto="a\u200bb"), "motto: holds characters that cannot be seen"),
    (weighed(9), "criteria.threats.weight: must be at most 5, and is 9"),
    (weighed("heavy"), "criteria.threats.weight: must be a whole number, not 'heavy'"),
    (persona(criteria=persona()["criteria"][:2]), "criteria: needs 3 or more, and has 2"),
    (signal(points=3), "criteria.threats.signals.audit.points: must be at most 2, and is 3"),
    (signal(finds=[]), "criteria.threats.signals.audit.finds: needs 1 or more, and has 0"),
    (signal(finds=["audit", "!"]), "criteria.threats.signals.audit: '!' holds no word to look for"),
    (signal(finds=["… audit"]), "criteria.threats.signals.audit: '… audit' needs words on both sides of …"),
    (signal(finds=["aud*it"]), "criteria.threats.signals.audit: 'aud*it' may use * only after"),
    (signal(finds=["a*"]), "criteria.threats.signals.audit: 'a*' may use * only after"),
    (signal(unless=["Security audit*"]), "stands under finds and under unless, so it never counts"),
    (
        signal(only_in=["licens"]),
        ".signals.audit.only_in: 'licens' is nowhere to look; did you mean 'licence'?",
    ),
    (signal(negated=1), "negated_reading: is required when negated is not 0"),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_check_names_key_and_reason(content: dict[str, Any], expected: str, tmp_path: Path) -> None:
    """A pack that is more than data, or can never work, is refused by key."""
    path = written(tmp_path, content)
    problems = check_persona(path)
    assert len(problems) == 1
    assert expected in problems[0]
    with pytest.raises(InputError) as caught:
        load_persona(path)
    assert caught.value.message == f"{path}: {problems[0]}"


def test_signals_may_look_for_prices() -> None:
    """A currency sign is no template marker."""
    assert "$ #" in folder("personas").joinpath("business.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("name: dx\nprompt_file: ../../../.env\n", "prompt_file"),
        ("name: dx\nextends: https://evil.example/pack.yaml\n", "extends"),
        ("name: dx\nweight: 1000\n", "weight"),
    ],
)
def test_the_packs_of_the_sample_are_refused(text: str, key: str, tmp_path: Path) -> None:
    """The error names the pack and the key."""
    with pytest.raises(InputError) as caught:
        load_persona(written(tmp_path, text, "dx.yaml"))
    assert "dx.yaml" in caught.value.message
    assert any(problem.startswith(f"{key}: is not a known field") for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text", ["", "null", "- a\n", "a: &x 1\nb: *x\n", "id: !!python/name:os.system x\n", "\ttab"]
)
def test_broken_persona_files_are_input_errors(text: str, tmp_path: Path) -> None:
    """The strict loader guards personas too."""
    with pytest.raises(InputError, match=r"security\.yaml: "):
        check_persona(written(tmp_path, text))


def test_the_schema_helps_editors() -> None:
    """It describes fields and accepts what we ship."""
    schema = persona_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$defs"]["Signal"]["properties"]["points"]["description"].startswith("What it adds")
    for path in folder("personas").glob("*.yaml"):
        assert Draft202012Validator(schema).is_valid(yaml.safe_load(path.read_text("utf-8"))), path.name
