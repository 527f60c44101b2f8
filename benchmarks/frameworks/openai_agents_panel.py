"""A panel of four on the OpenAI Agents SDK: an agent for each form of answer, tracing off."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from agents import Agent, Runner, set_tracing_disabled

from benchmarks.frameworks.common import Question, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

set_tracing_disabled(disabled=True)
agents: dict[type, Agent[Any]] = {}


async def ask(question: Question) -> BaseModel:
    """Have one seat answer."""
    if question.form not in agents:
        agents[question.form] = Agent(
            name=question.form.__name__,
            instructions=question.instructions,
            model="gpt-6-luna",
            output_type=question.form,
        )
    done = await Runner.run(agents[question.form], question.data)
    answer: BaseModel = done.final_output
    return answer


async def panel(questions: Sequence[Question]) -> Sequence[BaseModel]:
    """Ask four at once."""
    return await asyncio.gather(*map(ask, questions))


measure(panel)
