"""`personas`: who can sit on the panel; reading, writing and checking their files."""

import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options
from panel.cli.output import destination, note, write_file
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.persona import Persona
    from panel.render.lines import Line
    from panel.settings import Settings

STARTER = Path(__file__).parent / "starters" / "persona.yaml"
NEEDS_MODEL = " (needs a model: it has no signals for the offline rubric)"

PersonaId = Annotated[
    str, typer.Argument(metavar="ID", help="The persona's id.", autocompletion=options.complete_personas)
]
NewId = Annotated[str, typer.Argument(metavar="ID", help="Lower-case letters, digits and hyphens.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE", help="Files or folders; all that would be seated when none is named."),
]


def show_all(*, personas: options.Personas = None, shown_as: options.PlainOrJson = None) -> int:
    """List the personas that would be seated, in order."""
    from panel.cli.panelists import known_personas  # noqa: PLC0415 - loads the parser of YAML
    from panel.render.lines import line  # noqa: PLC0415 - --help does not need it

    settings = _settings(personas)
    target = destination(shown_as or "plain", None)
    known = known_personas(settings)
    if target.format == "json":
        rows = [
            {
                "id": persona.id,
                "name": persona.name,
                "motto": persona.motto,
                "offline": persona.works_offline,
                "file": str(_file_of(persona, settings)),
                "digest": persona.digest,
            }
            for persona in known
        ]
        target.send_json("personas", {"personas": rows})
        return 0
    width = max(len(persona.id) for persona in known)
    target.send_lines(
        line(
            f"{persona.name}: {persona.motto}{'' if persona.works_offline else NEEDS_MODEL}",
            lead=f"{persona.id:{width}}  ",
            hang=" " * (width + 2),
        )
        for persona in known
    )
    return 0


def show(
    persona_id: PersonaId, *, personas: options.Personas = None, shown_as: options.PlainOrJson = None
) -> int:
    """Show what one persona asks, weighs, ships and skips."""
    from panel.cli.panelists import known_personas, unknown  # noqa: PLC0415 - loads the parser of YAML

    known = {persona.id: persona for persona in known_personas(_settings(personas))}
    if persona_id not in known:
        raise InputError(
            unknown("persona", persona_id, known), "`shippanel personas list` shows who there is."
        )
    target = destination(shown_as or "plain", None)
    if target.format == "json":
        target.send_json("persona", known[persona_id].model_dump(mode="json"))
    else:
        target.send_lines(_portrait(known[persona_id]))
    return 0


def new(persona_id: NewId, *, out: options.Out = None, force: options.Force = False) -> int:
    """Write a commented persona file to start from.

    It is ID.yaml in this folder unless --out names another; a persona's file is called by its id.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", persona_id):
        raise InputError(
            f"{persona_id!r} cannot be a persona's id",
            "Use lower-case letters, digits and hyphens, a letter first, 40 characters at most.",
        )
    path = out or Path(f"{persona_id}.yaml")
    if path.is_dir():
        path /= f"{persona_id}.yaml"
    if path.stem != persona_id:
        raise InputError(
            f"{path}: the file of this persona must be called {persona_id}.yaml", "Name it so with --out."
        )
    if path.exists() and not force:
        raise InputError(f"{path}: is there already", "Pass --force to replace it, or choose another id.")
    name = persona_id.replace("-", " ").capitalize()
    text = Template(STARTER.read_text("utf-8")).substitute(id=persona_id, name=name)
    write_file(path, [text.encode()])
    note(f"Wrote {path}. Check it with `shippanel personas check {path}`.")
    return 0


def check(files: Files = None, *, personas: options.Personas = None, quiet: options.Quiet = False) -> int:
    """Check persona files, and tell all that is wrong.

    Each problem names its file, key and reason; the status is then 2.
    """
    from panel.intake.personas import check_persona  # noqa: PLC0415 - loads the parser of YAML

    places = files or _places(_settings(personas))
    problems: list[str] = []
    checked = 0
    for path in _expanded(places):
        checked += 1
        try:
            found = [f"{path}: {problem}" for problem in check_persona(path)]
        except InputError as error:
            found = [error.message]
        problems += found
        if not found:
            note(f"{path}: ok", quiet=quiet)
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise InputError(
            f"{len(problems)} {noun} in {checked} persona files",
            "`shippanel schema persona` describes every key.",
            tuple(problems),
        )
    return 0


def _settings(personas: list[str] | None) -> "Settings":
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    return load_settings({"personas": personas})


def _places(settings: "Settings") -> list[Path]:
    from panel.resources import folder  # noqa: PLC0415 - two commands need it

    return [folder("personas"), *map(Path, settings.personas)]


def _expanded(places: list[Path]) -> "Iterator[Path]":
    """Name the files of folders one by one; a place that is no folder stands for itself."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.suffix in {".yaml", ".yml"})
        else:
            yield place


def _file_of(persona: "Persona", settings: "Settings") -> Path | None:
    """Find the file a persona came from: the last of that name, as a later place replaces an earlier."""
    files = [path for path in _expanded(_places(settings)) if path.stem == persona.id]
    return files[-1] if files else None


def _portrait(persona: "Persona") -> "Iterator[str | Line]":
    from panel.render.lines import line  # noqa: PLC0415 - two commands need it

    def bullets(title: str, entries: "Iterable[str]") -> "Iterator[str | Line]":
        yield ""
        yield title
        for entry in entries:
            yield line(entry, lead="  - ", hang="    ")

    yield f"{persona.name} ({persona.id})"
    yield persona.motto
    yield ""
    yield persona.voice
    yield from bullets("Excited by", persona.excited_by)
    yield from bullets("Tired of", persona.tired_of)
    yield from bullets("Always answers", (f"{move.name}: {move.ask}" for move in persona.moves))
    yield from bullets(
        "Weighs", (f"{item.name} (weight {item.weight}): {item.ask}" for item in persona.criteria)
    )
    yield from bullets("Ships when", persona.ship_when)
    yield from bullets("Skips when", persona.skip_when)
