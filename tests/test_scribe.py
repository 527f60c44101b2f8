"""Reviews side by side share what they ask of a ledger, and none of them pays for another's fault."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from cards import make_tool, make_verdict
from reviews import ask

from panel.errors import LedgerBusyError, LedgerError
from panel.ledger import verdict_key
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from panel.ledger import Ledger
    from panel.tool import Tool

pytest_plugins = ("databases",)


def tools(count: int) -> list[Tool]:
    """Make as many tools of different names."""
    return [make_tool(slug=f"tool-{n}", name=f"Tool {n}") for n in range(count)]


def counted(ledger: Ledger, name: str, refuse: Callable[[Sequence[Any]], Exception | None]) -> list[int]:
    """Note how many requests every call of a method brings, and have some calls refused."""
    original, sizes = getattr(ledger, name), []

    def method(requests: Sequence[Any]) -> Any:  # noqa: ANN401 - as the original
        sizes.append(len(requests))
        error = refuse(requests)
        if error:
            raise error
        return original(requests)

    setattr(ledger, name, method)
    return sizes


async def test_what_is_sought_together_is_found_together(ledger: Ledger) -> None:
    """The first request goes at once; those that gather meanwhile need one look-up and one commit."""
    sizes = counted(ledger, "enrol_many", lambda _: None)
    inputs = ask("dx")
    ledger.keep(inputs, make_verdict("dx", "ship"))
    scribe, keys = Scribe(ledger), [verdict_key(inputs), verdict_key(ask("business"))]
    found = await asyncio.gather(*(scribe.look_up(tool, keys) for tool in tools(6)))
    assert sum(sizes) == 6
    assert len(sizes) <= 2
    assert [place.slug for place, _ in found] == [f"tool-{n}" for n in range(6)]
    assert all(list(standing) == keys[:1] for _, standing in found)


async def test_one_tool_submitted_at_once_in_several_forms_is_one_tool(ledger: Ledger) -> None:
    """Its contents become revisions 1, 2, 3 in the order they came; a stated slug speaks for its tool."""
    scribe = Scribe(ledger)
    forms = [make_tool(tagline=f"form {n}") for n in range(3)]
    renamed = make_tool(name="Another name", tagline="form 3")
    places = await asyncio.gather(
        *(scribe.look_up(tool, []) for tool in [*forms, forms[0]]),
        scribe.look_up(renamed, [], explicit_slug=True),
    )
    assert [(place.revision, place.known) for place, _ in places] == [
        (1, False),
        (2, False),
        (3, False),
        (1, True),
        (4, False),
    ]
    assert {place.slug for place, _ in places} == {forms[0].slug}
    assert places[-1][0].formerly == forms[0].name
    assert ledger.verify().problems == ()


async def test_one_request_that_is_refused_leaves_the_others_alone(ledger: Ledger) -> None:
    """A group that fails is answered one by one."""
    counted(
        ledger,
        "enrol_many",
        lambda wanted: LedgerError("no address") if any(t.slug == "tool-3" for t, _ in wanted) else None,
    )
    scribe = Scribe(ledger)
    found = await asyncio.gather(*(scribe.look_up(t, []) for t in tools(6)), return_exceptions=True)
    assert [n for n, reply in enumerate(found) if isinstance(reply, LedgerError)] == [3]
    assert len(ledger.revisions("tool-5")) == 1


@pytest.mark.parametrize(("error", "calls"), [(LedgerError("disk full"), 3), (LedgerBusyError("busy"), 2)])
async def test_a_ledger_that_fails_is_not_asked_by_everybody(
    ledger: Ledger, error: Exception, calls: int
) -> None:
    """After two that failed alone, or when somebody else holds it, all the others are told the same."""
    sizes = counted(ledger, "keep_many", lambda _: error)
    scribe = Scribe(ledger)
    keeping = [scribe.keep(ask("dx", sample), make_verdict("dx", "ship")) for sample in range(20)]
    replies = await asyncio.gather(*keeping, return_exceptions=True)
    assert replies == [error] * 20
    assert sizes in ([20, *[1] * (calls - 1)], [1, 19, *[1] * (calls - 1)])
