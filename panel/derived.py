"""Remembering what was worked out from a value, for as long as that pays.

A panel puts the same tool before several personas, and the same persona before many tools. What depends
on one of them alone is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Digestible(Protocol):
    """A value that a digest of its content tells from others."""

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        ...


Subject = TypeVar("Subject", bound=Digestible)
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Known(Generic[Subject]):
    """A value that is compared and hashed by its digest."""

    digest: str
    value: Subject = field(compare=False)


def by_digest(size: int) -> Callable[[Callable[[Subject], Result]], Callable[[Subject], Result]]:
    """Have a function of one value remember its last `size` results.

    The result must depend on nothing that the digest leaves out, and must not be changed by its reader.
    """

    def decorate(function: Callable[[Subject], Result]) -> Callable[[Subject], Result]:
        @lru_cache(maxsize=size)
        def work_out(known: _Known[Subject]) -> Result:
            return function(known.value)

        @wraps(function)
        def remembered(value: Subject) -> Result:
            return work_out(_Known(value.digest, value))

        return remembered

    return decorate
