"""`models`: which language models are configured, what they cost, and which keys are there."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.cli import options
from panel.cli.output import destination

if TYPE_CHECKING:
    from panel.persona import Roster


@dataclass(frozen=True)
class Configured:
    """A model that at least one seat asks for."""

    spec: str
    seats: tuple[str, ...]
    input_usd: float | None
    """List price for a million tokens read; None when none is known."""
    cached_usd: float | None
    """The same for what comes from the provider's cache."""
    cache_write_usd: float | None
    """The same for what is added to it."""
    output_usd: float | None
    key: str | None
    """The variable or file the key comes from; None without one."""


def models(
    *,
    personas: options.Personas = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    shown_as: options.PlainOrJson = None,
) -> int:
    """List the models of the seats, their prices and which keys are there.

    Prices are US dollars for a million tokens, from an offline table; nothing is called.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.llm.keys import VARIABLES, list_keys  # noqa: PLC0415 - loads pydantic
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    given = panelists.flags(personas=personas, model=model, persona_models=persona_model)
    roster = panelists.seat_panel(load_settings(given))
    keys = {key.name: key.origin for key in list_keys()}
    found = _configured(roster, {str(name): origin for name, origin in keys.items()})
    target = destination(shown_as or "plain", None)
    if target.format == "json":
        content = [{"name": name, "variable": VARIABLES[name], "origin": keys[name]} for name in keys]
        target.send_json("models", {"models": [asdict(entry) for entry in found], "keys": content})
        return 0
    rows = [(entry.spec, ", ".join(entry.seats), _priced(entry), _keyed(entry)) for entry in found]
    target.send_table([("MODEL", "SEATS", "US$ PER MILLION TOKENS", "KEY"), *rows])
    if all(entry.spec == "rubric" for entry in found):
        target.send_lines(
            ["", "Every seat is the offline rubric's. Name a model with --model or in shippanel.toml:"]
        )
        target.send_lines(["openai:MODEL, anthropic:MODEL, compat:MODEL@URL or local:PATH.gguf."])
    target.send_lines(["", *(f"{name}: {keys[name] or f'no key; set {VARIABLES[name]}'}" for name in keys)])
    return 0


def _configured(roster: "Roster", keys: dict[str, str | None]) -> list[Configured]:
    from panel.llm.prices import FREE, price_of  # noqa: PLC0415 - --help does not need it
    from panel.llm.spec import parse_spec  # noqa: PLC0415 - likewise
    from panel.reviewers import OFFLINE  # noqa: PLC0415 - likewise

    seats: dict[str, list[str]] = {}
    for seat in roster.seats:
        seats.setdefault(seat.spec, []).append(seat.persona.id)
    found = []
    for spec, names in seats.items():
        wanted = None if spec == OFFLINE else parse_spec(spec)
        price = price_of(wanted) if wanted else FREE
        found.append(
            Configured(
                spec,
                tuple(names),
                input_usd=price.input if price else None,
                cached_usd=price.cached if price else None,
                cache_write_usd=price.cache_write if price else None,
                output_usd=price.output if price else None,
                key=keys.get(wanted.provider) if wanted else None,
            )
        )
    return found


def _priced(entry: Configured) -> str:
    if entry.input_usd is None or entry.output_usd is None:
        return "not known"
    if not entry.input_usd and not entry.output_usd:
        return "free"
    cache = ""
    if entry.cached_usd is not None and entry.cache_write_usd is not None:
        cache = f" ({entry.cached_usd:g} from the cache, {entry.cache_write_usd:g} added to it)"
    return f"{entry.input_usd:g} read{cache}, {entry.output_usd:g} written"


def _keyed(entry: Configured) -> str:
    if entry.spec.startswith(("rubric", "local:")):
        return "needs none"
    missing = (
        "none, which is fine if the server wants none" if entry.spec.startswith("compat:") else "MISSING"
    )
    return entry.key or missing
