"""A review panel for AI and developer tools: four personas, one scorecard.

    import panel

    tool = panel.load_tool("tool.yaml")
    roster = panel.Roster(seats=[panel.Seat(persona=persona) for persona in panel.load_personas()])
    card = await panel.review_tool(tool, roster)

Each name is loaded when it is first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from panel.comparison import compare
    from panel.graph import review_tool
    from panel.intake import load_tool
    from panel.intake.personas import load_personas
    from panel.persona import Persona, Roster, Seat
    from panel.scorecard import Scorecard
    from panel.tool import Tool

__all__ = [
    "Persona",
    "Roster",
    "Scorecard",
    "Seat",
    "Tool",
    "__version__",
    "compare",
    "load_personas",
    "load_tool",
    "review_tool",
]

__version__ = "0.1.0"

_HOMES = {
    "Persona": "panel.persona",
    "Roster": "panel.persona",
    "Scorecard": "panel.scorecard",
    "Seat": "panel.persona",
    "Tool": "panel.tool",
    "compare": "panel.comparison",
    "load_personas": "panel.intake.personas",
    "load_tool": "panel.intake",
    "review_tool": "panel.graph",
}
"""Public name → the module that defines it."""


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
