"""Canonical JSON and digests."""

from __future__ import annotations

import pytest
from cards import make_tool
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from panel.value import Value, canonical_json, canonical_object, digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


class Sample(Value):
    """A value with one field."""

    size: float = 0.0


@given(st.dictionaries(TEXTS, CONTENT, min_size=2, max_size=6))
def test_order_of_keys_does_not_matter(content: dict[str, object]) -> None:
    """The same content has the same digest however its keys are ordered."""
    turned = dict(reversed(list(content.items())))
    assert digest(turned) == digest(content)


@given(st.dictionaries(TEXTS, CONTENT, max_size=6))
def test_an_object_is_put_together_as_it_would_be_written_whole(content: dict[str, object]) -> None:
    """Field by field or all at once, the canonical text is the same."""
    fields = {name: canonical_json(value) for name, value in content.items()}
    assert canonical_object(fields) == canonical_json(content)


@given(CONTENT, CONTENT)
def test_different_content_differs(one: object, other: object) -> None:
    """Two contents share a canonical text only when they are equal in JSON."""
    same = canonical_json(one) == canonical_json(other)
    assert (digest(one) == digest(other)) == same


def test_not_a_number_is_refused() -> None:
    """NaN has no canonical form, and a value does not hold it."""
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))
    with pytest.raises(ValidationError):
        Sample(size=float("nan"))


def test_values_are_closed_and_frozen() -> None:
    """A value refuses fields it does not know, and never changes."""
    with pytest.raises(ValidationError):
        Sample.model_validate({"size": 1, "weight": 2})
    with pytest.raises(ValidationError):
        Sample().size = 3  # type: ignore[misc]


def test_a_copy_forgets_what_was_derived() -> None:
    """The digest of a changed copy is that of its own content, even when the original's was known."""
    tool = make_tool()
    assert tool.digest
    changed = tool.model_copy(update={"description": "Another tool altogether."})
    assert changed.digest == make_tool(description="Another tool altogether.").digest != tool.digest
