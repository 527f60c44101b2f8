"""A panel of four on LangGraph and langchain-openai: a node for each seat, and a join."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from benchmarks.frameworks.common import Question, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

model = ChatOpenAI(model="gpt-6-luna", max_retries=0)
structured: dict[type, Any] = {}
"""Form of an answer → the model that is held to it, made once."""


class State(TypedDict, total=False):
    """What flows through the graph."""

    questions: list[Question]
    answers: Annotated[list[tuple[int, Any]], operator.add]
    done: list[Any]


class Asked(TypedDict):
    """What one seat is sent."""

    seat: int
    question: Question


async def ask(state: Asked) -> State:
    """Have one seat answer."""
    question = state["question"]
    if question.form not in structured:
        structured[question.form] = model.with_structured_output(question.form, method="json_schema")
    answer = await structured[question.form].ainvoke(
        [("system", question.instructions), ("human", question.data)]
    )
    return {"answers": [(state["seat"], answer)]}


async def join(state: State) -> State:
    """Put the answers in order."""
    return {"done": [answer for _, answer in sorted(state["answers"], key=operator.itemgetter(0))]}


def fan_out(state: State) -> list[Send]:
    """Send every seat its question."""
    return [Send("ask", {"seat": n, "question": question}) for n, question in enumerate(state["questions"])]


builder = StateGraph(State)
builder.add_node("ask", ask, input_schema=Asked)
builder.add_node("join", join)
builder.add_conditional_edges(START, fan_out, ["ask"])
builder.add_edge("ask", "join")
builder.add_edge("join", END)
graph = builder.compile()


async def panel(questions: Sequence[Question]) -> Sequence[BaseModel]:
    """Ask four at once."""
    done = await graph.ainvoke({"questions": list(questions), "answers": []})
    answers: Sequence[BaseModel] = done["done"]
    return answers


measure(panel)
