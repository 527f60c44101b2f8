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
Thing = TypeVar("Thing")
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Known(Generic[Subject]):
    """A value that is compared and hashed by its digest."""

    digest: str
    value: Subject = field(compare=False)


class _Same(Generic[Thing]):
    """A value that is compared and hashed by which one it is."""

    __slots__ = ("value",)

    def __init__(self, value: Thing) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def by_identity(size: int) -> Callable[[Callable[[Thing], Result]], Callable[[Thing], Result]]:
    """Have a function of one object remember its last `size` results, by which object it was.

    For what has no digest and cannot be hashed, such as a schema, where the same one comes again and again.
    Nobody may change it.
    """

    def decorate(function: Callable[[Thing], Result]) -> Callable[[Thing], Result]:
        @lru_cache(maxsize=size)
        def work_out(same: _Same[Thing]) -> Result:
            return function(same.value)

        @wraps(function)
        def remembered(value: Thing) -> Result:
            return work_out(_Same(value))

        return remembered

    return decorate


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
