"""Language models behind one port: adapters for four kinds of provider, and what keeps their calls in bounds.

    Spec → make_model → Model          the bare adapter: one question, one answer or one ModelError
           connect    → Gateway        the same, with its turn, budget, time limits, retries and trace

Importing this package loads no SDK and opens nothing; each name is loaded when it is first used, so that a
review without a model needs none of the packages that a model's extra brings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from panel.llm.budget import Budget
    from panel.llm.call import CallEvent, asking
    from panel.llm.limits import Limits
    from panel.llm.making import connect, make_model
    from panel.llm.retry import RetryPolicy
    from panel.llm.spec import Spec, parse_spec
    from panel.llm.trace import Trace

__all__ = [
    "Budget",
    "CallEvent",
    "Limits",
    "RetryPolicy",
    "Spec",
    "Trace",
    "asking",
    "connect",
    "make_model",
    "parse_spec",
]

_HOMES = {
    "Budget": "budget",
    "CallEvent": "call",
    "Limits": "limits",
    "RetryPolicy": "retry",
    "Spec": "spec",
    "Trace": "trace",
    "asking": "call",
    "connect": "making",
    "make_model": "making",
    "parse_spec": "spec",
}
"""Public name → the module that defines it."""


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
