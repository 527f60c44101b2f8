"""Who sits on the panel: the personas, their reviewers and the quorum that flags and settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from panel.errors import InputError, SettingsError
from panel.settings import pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from panel.persona import Persona, Roster
    from panel.settings import Settings

_PERSONAS_HINT = "`shippanel personas list` shows who can be seated."


def flags(*, persona_models: list[str] | None = None, **others: object) -> dict[str, object]:
    """Gather the flags that stand for settings.

    Raises:
        SettingsError: `--persona-model` is not of the form ID=SPEC.
    """
    try:
        return {**others, "persona_models": pairs(persona_models or [])}
    except ValueError as error:
        raise SettingsError(f"--persona-model: {error}", "Write --persona-model dx=rubric.") from None


def known_personas(settings: Settings) -> tuple[Persona, ...]:
    """Load the built-in personas and those that the settings join to them."""
    from panel.intake.personas import load_personas  # noqa: PLC0415 - loads the parser of YAML
    from panel.resources import folder  # noqa: PLC0415 - likewise

    return load_personas([folder("personas"), *map(Path, settings.personas)])


def seat_panel(settings: Settings, only: Sequence[str] = ()) -> Roster:
    """Build the roster that the settings ask for.

    Args:
        settings: the settings that hold.
        only: ids of the personas to seat; all that are known when empty.

    Raises:
        InputError: a persona, a reviewer or the quorum is not to be had.
    """
    from panel.persona import Roster, Seat  # noqa: PLC0415 - loads pydantic

    personas = known_personas(settings)
    ids = [persona.id for persona in personas]
    for origin, wanted in (("--persona", only), ("persona_models", settings.persona_models)):
        for name in wanted:
            if name not in ids:
                raise InputError(f"{origin}: {unknown('persona', name, ids)}", _PERSONAS_HINT)
    seats = [
        Seat(persona=persona, spec=_spec(settings, persona.id))
        for persona in personas
        if not only or persona.id in only
    ]
    if settings.quorum and settings.quorum > len(seats):
        raise InputError(
            f"quorum: {settings.quorum} votes cannot come from {len(seats)} seats",
            "Lower --quorum, or seat more personas.",
        )
    return Roster(seats=tuple(seats), quorum=settings.quorum)


def _spec(settings: Settings, persona: str) -> str:
    """Return the spec of a seat in full, a model's URL included; refuse one that cannot be used."""
    from panel.reviewers import OFFLINE  # noqa: PLC0415 - --help needs none of it
    from panel.reviewers.run import model_spec  # noqa: PLC0415 - likewise

    spec = settings.persona_models.get(persona, settings.model)
    return spec if spec == OFFLINE else str(model_spec(spec, settings.compat_url))


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is not known, and which one may have been meant."""
    from panel.document import closest  # noqa: PLC0415 - loads the parser of YAML

    near = closest(name, known)
    advice = f"; did you mean {near!r}?" if near else ""
    return f"no {kind} is called {name!r}{advice}"
