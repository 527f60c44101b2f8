"""A panel of four on pydantic-ai: an agent for each form of answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic_ai import Agent, NativeOutput
from pydantic_ai.models.openai import OpenAIChatModel

from benchmarks.frameworks.common import Question, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

model = OpenAIChatModel("gpt-6-luna")
agents: dict[type, Agent[None, Any]] = {}


async def ask(question: Question) -> BaseModel:
    """Have one seat answer."""
    if question.form not in agents:
        form = NativeOutput(question.form, strict=True)
        agents[question.form] = Agent(model, output_type=form, instructions=question.instructions, retries=0)
    done = await agents[question.form].run(question.data)
    answer: BaseModel = done.output
    return answer


async def panel(questions: Sequence[Question]) -> Sequence[BaseModel]:
    """Ask four at once."""
    return await asyncio.gather(*map(ask, questions))


measure(panel)
