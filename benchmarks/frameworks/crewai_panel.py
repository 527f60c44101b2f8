"""A panel of four on CrewAI: a crew of one agent and one task for each seat."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crewai import LLM, Agent, Crew, Task

from benchmarks.frameworks.common import Question, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

model = LLM(model="openai/gpt-6-luna")


async def ask(question: Question) -> BaseModel:
    """Have one seat answer."""
    agent = Agent(role="Reviewer", goal="Review a tool", backstory=question.instructions, llm=model)
    task = Task(
        description=question.data.replace("{", "{{").replace("}", "}}"),
        expected_output="A verdict",
        agent=agent,
        output_pydantic=question.form,
    )
    done = await Crew(agents=[agent], tasks=[task]).kickoff_async()
    answer: BaseModel = done.pydantic
    return answer


async def panel(questions: Sequence[Question]) -> Sequence[BaseModel]:
    """Ask four at once."""
    return await asyncio.gather(*map(ask, questions))


measure(panel)
