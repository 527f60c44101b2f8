"""What every framework is measured with: the same questions, the same form of answer, the same clock.

Runs in the environments of the frameworks, so it imports nothing of the project.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

AT_ONCE = 8
"""Panels under way at any moment."""
WARM_UP = 8
"""Panels before the clock starts."""


class Question:
    """What one seat is asked, and the form of its answer."""

    def __init__(self, content: dict[str, Any], form: type[BaseModel]) -> None:
        self.instructions: str = content["instructions"]
        self.data: str = content["data"]
        self.form = form


def measure(panel: Callable[[Sequence[Question]], Awaitable[Sequence[BaseModel]]]) -> None:
    """Hold panels on the questions of the file on the command line; print the CPU of one, in seconds.

    Args:
        panel: asks four questions and returns the validated answers in their order.
    """
    sys.stdout.write(f"{asyncio.run(_measure(panel))}\n")


async def _measure(panel: Callable[[Sequence[Question]], Awaitable[Sequence[BaseModel]]]) -> float:
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: ASYNC230, PTH123 - once, before anything runs
        content = json.load(file)
    forms = {name: _form(name, schema) for name, schema in content["schemas"].items()}
    panels = [[Question(seat, forms[seat["persona"]]) for seat in seats] for seats in content["panels"]]
    gate = asyncio.Semaphore(AT_ONCE)

    async def hold(questions: Sequence[Question]) -> None:
        async with gate:
            answers = await panel(questions)
        if [type(answer) for answer in answers] != [question.form for question in questions]:
            raise RuntimeError("a panel lost a seat; its time is no measurement")

    await asyncio.gather(*map(hold, panels[:WARM_UP]))
    started = time.process_time()
    await asyncio.gather(*map(hold, panels[WARM_UP:]))
    return (time.process_time() - started) / (len(panels) - WARM_UP)


def _form(name: str, schema: dict[str, Any]) -> Any:  # noqa: ANN401 - a type made of a schema
    """Make the type that a framework is given from the JSON Schema of a persona's answer."""
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if schema["type"] == "array":
        return list[_form(f"{name}_item", schema["items"])]  # type: ignore[misc]  # known only now
    if schema["type"] == "object":
        fields = {
            field.replace("-", "_"): (_form(f"{name}_{field}".replace("-", "_"), inner), ...)
            for field, inner in schema["properties"].items()
        }
        aliased = ConfigDict(
            extra="forbid", alias_generator=lambda field: field.replace("_", "-"), populate_by_name=True
        )
        return create_model(name.replace("-", "_"), __config__=aliased, **fields)  # type: ignore[call-overload]
    return {"string": str, "integer": int}[schema["type"]]
