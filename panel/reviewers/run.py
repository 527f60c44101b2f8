"""The reviewers of one run: the offline one, and behind every other spec a language model on the run's terms.

    reviewers = Reviewers(Terms(budget=Budget(cap_usd=1.00)))
    card = await review_tool(tool, roster, reviewers=reviewers)

All of a run's models share its budget and its trace; those of one provider share its limits.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from panel.errors import SettingsError
from panel.llm.call import REVIEW_S
from panel.llm.spec import PROVIDERS, parse_spec
from panel.reviewers import OFFLINE, offline_reviewer

if TYPE_CHECKING:
    from panel.llm.budget import Budget
    from panel.llm.gateway import Gateway
    from panel.llm.limits import Limits
    from panel.llm.retry import RetryPolicy
    from panel.llm.spec import Spec
    from panel.llm.trace import Trace
    from panel.reviewers import Reviewer

CALL_S = 180.0
"""The longest a single attempt may take when nothing else is asked for, in seconds."""
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "compat": "openai", "local": "local"}
"""Provider → the extra that brings its packages."""


@dataclass(frozen=True)
class Terms:
    """What a run allows its models."""

    compat_url: str | None = None
    """The base URL of `compat:` specs that name none."""
    limits: Limits | None = None
    """What each provider is asked at most; 32 calls in flight when None. A `local:` file always answers one
    question after another."""
    budget: Budget | None = None
    """What all calls may cost together; not capped when None."""
    allow_unpriced: bool = False
    """Whether a model without a known price may run under a budget, uncounted."""
    policy: RetryPolicy | None = None
    call_timeout_s: float = CALL_S
    """The longest a single attempt may take."""
    review_timeout_s: float = REVIEW_S
    """The longest a seat may take with all its attempts and waits."""
    trace: Trace | None = None


class Reviewers:
    """Makes each reviewer of a run once. For one event loop, as budget and limits are."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self._gateways: dict[str, Gateway] = {}
        self._reviewers: dict[str, Reviewer] = {}

    def __call__(self, spec: str) -> Reviewer:
        """Return the reviewer that a spec asks for; nothing is called.

        Raises:
            ModelError: the provider wants a key and there is none.
            SettingsError: the spec cannot be used, a package or file is missing, or there is a budget and no
                price.
        """
        if spec not in self._reviewers:
            self._reviewers[spec] = offline_reviewer() if spec == OFFLINE else self._with_model(spec)
        return self._reviewers[spec]

    async def close(self) -> None:
        """Close the connections of this event loop."""
        if self._gateways:
            from panel.llm.clients import close_clients  # noqa: PLC0415 - loads HTTP

            await close_clients()

    def _with_model(self, spec: str) -> Reviewer:
        from panel.reviewers.model import ModelReviewer  # noqa: PLC0415 - loads prompts and checks

        wanted = model_spec(spec, self.terms.compat_url)
        gateway = self._gateways.setdefault(str(wanted), self._connect(wanted))
        return ModelReviewer(
            gateway,
            run_secret(),
            price=lambda _spec, _served, usage: gateway.cost_usd(usage),
            timeout_s=self.terms.review_timeout_s,
        )

    def _connect(self, spec: Spec) -> Gateway:
        try:
            from panel.llm.making import connect  # noqa: PLC0415 - needs the packages of an extra
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"`{spec.provider}:` needs the package {error.name!r}",
                f"Run `pip install 'shippanel[{_EXTRAS[spec.provider]}]'`.",
            ) from None
        terms = self.terms
        return connect(
            spec,
            limits=None if spec.provider == "local" else terms.limits,
            budget=terms.budget,
            allow_unpriced=terms.allow_unpriced,
            policy=terms.policy,
            call_timeout_s=terms.call_timeout_s,
            trace=terms.trace,
        )


def model_spec(spec: str, compat_url: str | None = None) -> Spec:
    """Read the spec of a seat that a model plays.

    Raises:
        SettingsError: it cannot be used; says what may have been meant.
    """
    if ":" not in spec:
        import difflib  # noqa: PLC0415 - only a mistake needs it

        known = (OFFLINE, *PROVIDERS)
        close = difflib.get_close_matches(spec.lower(), known, n=1, cutoff=0.5)
        meant = f"; did you mean {close[0] + ('' if close[0] == OFFLINE else ':MODEL')!r}?" if close else ""
        raise SettingsError(
            f"no reviewer is called {spec!r}{meant}",
            f"Name {OFFLINE}, the offline reviewer, or a model: openai:MODEL, anthropic:MODEL, "
            "compat:MODEL@URL, local:PATH.gguf.",
        )
    return parse_spec(spec, compat_url=compat_url)


@cache
def run_secret() -> bytes:
    """Return this process's random bytes, from which the markers around untrusted text are made."""
    return secrets.token_bytes(32)
