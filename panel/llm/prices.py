"""What a model costs, from the offline table of `genai-prices`; nothing is looked up on the network.

Prices are list prices in US dollars. Where a provider charges more beyond a long context, the price of the
ordinary one is used: a review is far below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from panel.llm.spec import Spec
    from panel.verdict import Usage

_SAMPLE = 1_000
"""Tokens priced to learn the rate: few enough for every model's first tier."""
_PER_MTOK = 1_000_000 / _SAMPLE


@dataclass(frozen=True)
class Price:
    """List prices in US dollars per million tokens."""

    input: float
    cached: float
    """For input that came from the provider's cache."""
    output: float
    cache_write: float
    """For input that is written to it; what a first call may cost at most."""

    def cost(self, usage: Usage) -> float:
        """Return what a usage costs, in US dollars."""
        fresh = max(usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens, 0)
        read = (
            fresh * self.input
            + usage.cached_tokens * self.cached
            + usage.cache_write_tokens * self.cache_write
        )
        return (read + usage.output_tokens * self.output) / 1e6

    def most(self, input_tokens: int, output_tokens: int) -> float:
        """Return the most that a call of this size can cost, in US dollars."""
        return (input_tokens * max(self.input, self.cache_write) + output_tokens * self.output) / 1e6


def total_usd(amounts: Iterable[float | None]) -> float | None:
    """Add amounts up; None when one of them is not known."""
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return sum(known) if len(known) == len(found) else None


FREE = Price(0.0, 0.0, 0.0, 0.0)
"""A model that runs on this machine."""


@lru_cache(maxsize=64)
def price_of(spec: Spec) -> Price | None:
    """Return the list price of a model, None when it is not known.

    A server at a base URL of its own is priced only where the table knows that address: what stands behind
    a local address may still be a paid model.
    """
    if spec.provider == "local":
        return FREE
    try:
        from genai_prices import Usage as Tokens  # noqa: PLC0415 - loads the whole table
        from genai_prices import calc_price  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        if error.name != "genai_prices":
            raise
        return None

    def rate(**tokens: int) -> float:
        usage = Tokens(**tokens)
        if spec.provider == "compat":
            priced = calc_price(usage, spec.model, provider_api_url=spec.url)
        else:
            priced = calc_price(usage, spec.model, provider_id=spec.provider)
        return float(priced.total_price) * _PER_MTOK

    try:
        plain = rate(input_tokens=_SAMPLE)
        return Price(
            input=plain,
            cached=rate(input_tokens=_SAMPLE, cache_read_tokens=_SAMPLE),
            output=rate(output_tokens=_SAMPLE),
            cache_write=rate(input_tokens=_SAMPLE, cache_write_tokens=_SAMPLE),
        )
    except LookupError:
        return None
