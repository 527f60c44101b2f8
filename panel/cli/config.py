"""`config`: which settings hold, and who chose them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from panel.cli import options
from panel.cli.output import destination
from panel.cli.record import located, without_password

if TYPE_CHECKING:
    from panel.settings import Choice


def show(
    *,
    db: options.Db = None,
    personas: options.Personas = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    quorum: options.Quorum = None,
    shown_as: options.PlainOrJson = None,
) -> int:
    """Show every setting with its value and where it comes from.

    Flags come before SHIPPANEL_ variables, those before ./shippanel.toml, that before your own
    config.toml, and that before the defaults.
    """
    from panel.cli.panelists import flags  # noqa: PLC0415 - loads the settings
    from panel.settings import trace_settings, user_file  # noqa: PLC0415 - likewise

    given = flags(db=db, personas=personas, model=model, persona_models=persona_model, quorum=quorum)
    choices = [_told(choice) for choice in trace_settings(given)]
    target = destination(shown_as or "plain", None)
    if target.format == "json":
        content = {choice.key: {"value": choice.value, "origin": choice.origin} for choice in choices}
        target.send_json("settings", {"settings": content, "user_file": str(user_file())})
        return 0
    target.send_table([(choice.key, _worded(choice.value), choice.origin) for choice in choices])
    target.send_lines(["", f"Your own settings: {user_file()}"])
    return 0


def _told(choice: "Choice") -> "Choice":
    """Name the ledger that is used when none is set, and keep the password of an address to oneself."""
    if choice.key == "queue" and choice.value:
        return replace(choice, value=without_password(str(choice.value)))
    if choice.key != "db":
        return choice
    return replace(choice, value=without_password(located(str(choice.value or ""))))


def _worded(value: object) -> str:
    if isinstance(value, dict):
        value = [f"{key}={spec}" for key, spec in value.items()]
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None else str(value)
