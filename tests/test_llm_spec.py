"""Model specs: what is understood, what is refused before anything is called, and what a refusal repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import SettingsError
from panel.llm.spec import PROVIDERS, Spec, parse_spec

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9@:._/-]{0,40}", fullmatch=True).filter(
    lambda name: "@http" not in name.lower() and "://" not in name
)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("openai:gpt-6.1-sol", Spec("openai", "gpt-6.1-sol")),
        ("OpenAI:ft:gpt-6-luna:acme:x", Spec("openai", "ft:gpt-6-luna:acme:x")),
        ("anthropic:claude-haiku-5-5", Spec("anthropic", "claude-haiku-5-5")),
        (
            "compat:llama3:8b@http://127.0.0.1:11434/v1/",
            Spec("compat", "llama3:8b", "http://127.0.0.1:11434/v1"),
        ),
        (
            "compat:@cf/meta/x@https://ai.example/v1",
            Spec("compat", "@cf/meta/x", "https://ai.example/v1"),
        ),
        ("compat:a@httpfox@https://ai.example/v1", Spec("compat", "a@httpfox", "https://ai.example/v1")),
        ("local:~/models/Tiny.GGUF", Spec("local", "~/models/Tiny.GGUF")),
    ],
)
def test_spec_is_read(text: str, spec: Spec) -> None:
    """The provider ends at the first colon, the URL starts at the last `@http`."""
    assert parse_spec(text) == spec


@given(model=NAMES, port=st.integers(1, 65535))
def test_compat_spec_survives_a_round_trip(model: str, port: int) -> None:
    """A written spec is read as what it was, whatever the model is called."""
    spec = Spec("compat", model, f"http://127.0.0.1:{port}/v1")
    assert parse_spec(str(spec)) == spec


def test_settings_may_name_the_url() -> None:
    """A compat model without a URL takes that of the settings, and says so in its spec."""
    spec = parse_spec("compat:tiny", compat_url="http://localhost:8080/v1/")
    assert str(spec) == "compat:tiny@http://localhost:8080/v1"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("opanai:gpt-6-luna", "Did you mean 'openai'?"),
        ("open-ai:gpt-6-luna", "Did you mean 'openai'?"),
        ("claude:opus", "Known forms"),
        ("gpt-6-luna", "Known forms"),
        ("openai:", "Known forms"),
        ("openai:gpt 6", "no spaces"),
        ("openai:gpt@http://127.0.0.1/v1", "Only `compat:`"),
        ("compat:tiny", "compat:MODEL@http://HOST:PORT/v1"),
        ("compat:tiny@http://", "http://HOST"),
        ("compat:tiny@http://host:port/v1", "http://HOST"),
        ("compat:tiny@http://host/v1?key=1", "http://HOST"),
        ("compat:tiny@http://[::1/v1", "http://HOST"),
        ("local:", "local:PATH.gguf"),
        ("local:model.bin", "GGUF"),
    ],
)
def test_unusable_spec_is_refused_with_the_next_step(text: str, hint: str) -> None:
    """A refusal says what could have been meant."""
    with pytest.raises(SettingsError) as refusal:
        parse_spec(text)
    assert hint in refusal.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "compat:tiny@http://user:hunter2-canary@host/v1",
        "compat:tiny@http://user:hunter2-canary@httpbin.example/v1",
        "compat:x@http://user:hunter2-canary@h@http://host/v1",
        "kompat:tiny@http://user:hunter2-canary@host/v1",
        "openai:tiny@http://user:hunter2-canary@host/v1",
        "http://user:hunter2-canary@host/v1",
        "local:http://user:hunter2-canary@host/v1",
    ],
)
def test_password_in_a_url_is_refused_and_not_repeated(text: str) -> None:
    """No message shows the password that stood in the spec."""
    with pytest.raises(SettingsError) as refusal:
        parse_spec(text)
    assert "canary" not in f"{refusal.value.message}{refusal.value.hint}{refusal.value!r}"


@given(
    text=st.text(max_size=60) | st.sampled_from(PROVIDERS).flatmap(lambda p: st.text().map(f"{p}:".__add__))
)
def test_any_text_is_a_spec_or_a_settings_error(text: str) -> None:
    """Nothing that can be typed raises anything else."""
    try:
        spec = parse_spec(text)
    except SettingsError as refusal:
        assert refusal.hint  # noqa: PT017 - either outcome is right
    else:
        assert spec.model
