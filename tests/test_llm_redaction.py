"""A key never comes out of a message, in whatever form it went in."""

from __future__ import annotations

import base64
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from panel.llm.redaction import LONGEST, MARK, Redactor

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60)
AROUND = st.text(st.characters(codec="ascii"), max_size=20)


@given(key=KEYS, before=AROUND, after=AROUND)
def test_key_is_taken_out_plain_and_percent_encoded(key: str, before: str, after: str) -> None:
    """What stands around a key does not hide it."""
    redact = Redactor([SecretStr(key)])
    for form in (key, quote(key, safe=""), "".join(f"%{byte:02x}" for byte in key.encode())):
        assert form not in redact(f"{before} {form} {after}").replace(MARK, "")


@given(key=KEYS, before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_key_cannot_be_decoded_from_base64(key: str, before: bytes, after: bytes) -> None:
    """Wherever a key stands in what was encoded, the part that only it determines is gone."""
    encoded = base64.b64encode(before + key.encode() + after).decode()
    safe = encoded.replace("+", "-").replace("/", "_")
    redact = Redactor([SecretStr(key)])
    for form in (encoded, safe):
        assert MARK in redact(form)


def test_what_looks_like_a_key_is_taken_out_unknown() -> None:
    """A provider may tell somebody else's key, or one masked by half."""
    redact = Redactor()
    said = redact("Incorrect key sk-proj-abcdef******1234; Bearer abc.def; see https://me:pw@host/x")
    assert "abcdef" not in said
    assert "abc.def" not in said
    assert "pw" not in said
    assert "host/x" in said


def test_placeholder_key_leaves_a_message_alone() -> None:
    """A key of a few letters, as local servers take, is no secret; taking it out would garble the words."""
    assert Redactor([SecretStr("ollama")])("ollama said no") == "ollama said no"
    assert Redactor([SecretStr("none")])("none of it") == "none of it"


@given(text=st.text(max_size=2000))
def test_message_is_one_short_visible_line(text: str) -> None:
    """No line break, no control character, and no novel."""
    said = Redactor()(text)
    assert len(said) <= LONGEST
    assert all(character.isprintable() for character in said.replace("\u200c", "").replace("\u200d", ""))
