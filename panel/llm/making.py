"""From a spec to a model that can be asked: the adapter, and the gateway around it.

Everything that can be known beforehand is found out here, before a call: a missing key, a missing package,
a missing file, a budget that could not be kept.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from panel.errors import SettingsError
from panel.llm.gateway import CALL_S, Gateway
from panel.llm.limits import Limits, limiter_for
from panel.llm.prices import price_of
from panel.llm.spec import Spec, parse_spec

if TYPE_CHECKING:
    import httpx2

    from panel.llm.budget import Budget
    from panel.llm.retry import RetryPolicy
    from panel.llm.spec import Provider
    from panel.llm.trace import Trace
    from panel.prompt import Model

LOCAL_LIMITS = Limits(concurrency=1)
"""llama.cpp answers one question after another here."""


_ADAPTERS: dict[Provider, tuple[str, str]] = {
    "openai": ("OpenAIModel", "openai"),
    "anthropic": ("AnthropicModel", "anthropic"),
    "compat": ("CompatModel", "openai"),
    "local": ("LocalModel", "local"),
}
"""Provider → the class of its adapter, and the extra that brings its package."""


def make_model(
    spec: str | Spec,
    *,
    compat_url: str | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Model:
    """Return the bare model that a spec asks for.

    Args:
        spec: `openai:MODEL`, `anthropic:MODEL`, `compat:MODEL@URL` or `local:PATH.gguf`.
        compat_url: the base URL for `compat:` when the spec names none.
        transport: replaces the network, in tests.

    Raises:
        ModelError: the provider wants a key and there is none.
        SettingsError: the spec cannot be used, or a package or a file is missing.
    """
    wanted = parse_spec(spec, compat_url=compat_url) if isinstance(spec, str) else spec
    adapter = _adapter(wanted.provider)
    model: Model = adapter(wanted) if wanted.provider == "local" else adapter(wanted, through=transport)
    return model


def connect(
    spec: str | Spec,
    *,
    compat_url: str | None = None,
    limits: Limits | None = None,
    budget: Budget | None = None,
    allow_unpriced: bool = False,
    policy: RetryPolicy | None = None,
    call_timeout_s: float = CALL_S,
    trace: Trace | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Gateway:
    """Return the model that a spec asks for, behind its limits, the budget, retries and the trace.

    Args:
        spec: as for `make_model`.
        compat_url: likewise.
        limits: what the provider is asked at most; shared by all its models with the same limits.
        budget: shared by the whole run.
        allow_unpriced: let a model without a price run under a budget, uncounted.
        policy: how often and how long to try again.
        call_timeout_s: the longest a single attempt may take, in seconds.
        trace: where calls are recorded.
        transport: as for `make_model`.

    Raises:
        ModelError: as `make_model`.
        SettingsError: as `make_model`; or there is a budget, but nobody knows what the model costs.
    """
    wanted = parse_spec(spec, compat_url=compat_url) if isinstance(spec, str) else spec
    usual = LOCAL_LIMITS if wanted.provider == "local" else Limits()
    return Gateway(
        make_model(wanted, transport=transport),
        limiter=limiter_for(f"{wanted.provider}@{wanted.url or ''}", limits or usual),
        budget=budget,
        price=price_of(wanted),
        allow_unpriced=allow_unpriced,
        policy=policy,
        call_timeout_s=call_timeout_s,
        trace=trace,
    )


def _adapter(provider: Provider) -> Any:  # noqa: ANN401 - each class is imported when it is asked for
    """Import one adapter and with it its SDK, which takes up to a second."""
    name, extra = _ADAPTERS[provider]
    try:
        return getattr(importlib.import_module(f"panel.llm.{provider}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("panel"):
            raise
        raise SettingsError(
            f"`{provider}:` needs the package {error.name!r}", f"Run `pip install 'shippanel[{extra}]'`."
        ) from None
