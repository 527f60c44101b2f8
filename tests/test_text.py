import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.text import (
    _PLAIN_LINES,
    MARKER,
    SLUG_LENGTH,
    clip,
    hidden_characters,
    identity_of,
    mixed_scripts,
    slug_of,
    visible,
)

ATTACKS = [
    json.loads(line)
    for line in Path(__file__).with_name("security").joinpath("attacks.jsonl").read_text("utf-8").splitlines()
]

KEPT = [
    "می‌خواهم",
    "क्‍ष and श्री",
    "ශ්‍රී ලංකා",
    "র‍্যাব",
    "👩‍❤️‍💋‍👨 family 👨‍👩‍👧‍👦",
    "🧑🏽‍💻 🏳️‍🌈 ❤️ ☎︎",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "🇩🇪 1️⃣ #️⃣",
    "Tiếng Việt, בְּרֵאשִׁית, 日本語, Ελληνικά",
    "a no-break\u00a0space and an ideographic\u3000one",
]
SHOWN = {
    "Skip\rShip": "Skip<U+000D>Ship",
    "SKIP\x08\x08SHIP": "SKIP<U+0008><U+0008>SHIP",
    "\x1b]0;root\x07": "<U+001B>]0;root<U+0007>",
    "\x9b31m": "<U+009B>31m",
    "a\u200bb\u200cc\u200dd": "a<U+200B>b<U+200C>c<U+200D>d",
    "\u202eevil": "<U+202E>evil",
    "line\u2028para\u2029": "line<U+2028>para<U+2029>",
    "soft\u00adhyphen \ufeff": "soft<U+00AD>hyphen <U+FEFF>",
    "x\ufe0f 7\ufe0f": "x<U+FE0F> 7<U+FE0F>",
    "❤\ufe0f\ufe0f": "❤\ufe0f<U+FE0F>",
    "a\U000e0100": "a<U+E0100>",
    "🏴\U000e0067\U000e0062": "🏴<U+E0067><U+E0062>",
    "\U000e0068\U000e0069": "<U+E0068><U+E0069>",
    "\u3164\uffa0\u115f\u1160\u2800\u034f": "<U+3164><U+FFA0><U+115F><U+1160><U+2800><U+034F>",
    "\ud83d": "<U+D83D>",
    "\ue000 \uffff": "<U+E000> <U+FFFF>",
    "می‌‌خواهم": "می<U+200C><U+200C>خواهم",
    "می‌x": "می<U+200C>x",
    "👩‍x": "👩<U+200D>x",
}
hostile = st.text(
    st.one_of(
        st.sampled_from("ab<>U+200D \n\t\r\u0301\u0338\u0323\u200c\u200d\ufe0e\ufe0f\u20e31میखक्❤👩🏽"),
        st.sampled_from("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f\u034f\ud83d\udc69\u1100\u1160"),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize("text", KEPT)
def test_scripts_and_emoji_that_need_joiners_survive(text: str) -> None:
    """Persian, Indic text, emoji sequences and subdivision flags come out as they went in, but NFC."""
    assert visible(text) == unicodedata.normalize("NFC", text)
    assert hidden_characters(unicodedata.normalize("NFC", text)) == ()


@pytest.mark.parametrize(("text", "shown"), SHOWN.items())
def test_what_hides_is_shown(text: str, shown: str) -> None:
    """Controls, format characters, fillers and stray selectors appear as code points."""
    assert visible(text) == shown
    assert "".join(f"<{hidden.code}>" for hidden in hidden_characters(text)) == "".join(
        found.group() for found in MARKER.finditer(shown)
    )


def test_marks_beyond_eight_are_shown() -> None:
    """A letter keeps eight combining marks; the ones piled on top become visible."""
    assert visible("x" + "\u0325" * 8) == "x" + "\u0325" * 8
    assert visible("x" + "\u0325" * 10) == "x" + "\u0325" * 8 + "<U+0325>" * 2


def test_newlines_and_tabs_belong_to_multiline_text_only() -> None:
    """A paragraph keeps its lines; a single-line field shows them, so that none is forged."""
    assert visible("a\r\nb\tc\n", multiline=True) == "a\nb\tc\n"
    assert visible("T\n2026 INFO\tx") == "T<U+000A>2026 INFO<U+0009>x"
    assert visible("a\rb", multiline=True) == "a<U+000D>b"


def test_text_is_normalised() -> None:
    """Equal text has one spelling: NFC."""
    assert visible("Cafe\u0301") == "Café"


@given(hostile, st.booleans())
def test_visible_is_idempotent(text: str, multiline: bool) -> None:  # noqa: FBT001 - Hypothesis passes it by name
    """What is visible stays as it is, and holds nothing hidden."""
    once = visible(text, multiline=multiline)
    assert visible(once, multiline=multiline) == once
    assert hidden_characters(once, multiline=multiline) == ()
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=40))
def test_ordinary_text_is_only_normalised(text: str) -> None:
    """Letters, figures, punctuation and symbols pass, fillers apart."""
    if not set(text) & set("\u115f\u1160\u2800\u3164\uffa0"):
        assert visible(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "case", [a for a in ATTACKS if a["class"] in {"terminal", "log", "pi-invisible"}], ids=lambda a: a["id"]
)
def test_attacks_on_the_terminal_hold_no_control_character(case: dict[str, str]) -> None:
    """No escape, carriage return, backspace or invisible character of the sample survives."""
    shown = visible(case["payload"])
    assert shown.isprintable()
    assert not hidden_characters(shown, multiline=False)


@pytest.mark.parametrize("text", ["a" + "\u0301\u0323" * 16_000, "\u200d" * 60_000, "👩\u200d" * 16_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    """Piles of marks and joiners of a whole document's size are handled in well under two seconds."""
    start = time.perf_counter()
    visible(text)
    assert time.perf_counter() - start < 1.5


def test_slugs_are_addresses() -> None:
    """A slug is lower-case ASCII, never empty, reserved, a path or too long."""
    assert slug_of("SmolVLM2 (2B)") == "smolvlm2-2b"
    assert slug_of("/etc/passwd") == "etc-passwd"
    assert slug_of("../../x") == "x"
    assert slug_of("C") == slug_of("C++") == slug_of("C#") == "c"
    assert slug_of("🚀🚀").startswith("tool-")
    assert slug_of("🚀🚀") != slug_of("🚀")
    for reserved in ("CON", "nul", "Index", "LPT1", "static"):
        assert slug_of(reserved).startswith(reserved.lower() + "-")
    long = slug_of("word " * 60)
    assert len(long) <= SLUG_LENGTH
    assert long != slug_of("word " * 61)


@given(st.text(max_size=130))
def test_every_name_has_a_slug(name: str) -> None:
    """Whatever the name, its slug has the one allowed form."""
    slug = slug_of(name)
    assert 0 < len(slug) <= SLUG_LENGTH
    assert all(part.isascii() and part.isalnum() and part == part.lower() for part in slug.split("-"))


def test_identity_folds_case_and_space_only() -> None:
    """One tool has one identity; C, C++ and C# remain three."""
    assert identity_of("  Cafe\u0301  TOOL ") == identity_of("café tool")
    assert len({identity_of(name) for name in ("C", "C++", "C#")}) == 3
    assert identity_of("Straße") == identity_of("STRASSE")


@given(st.text(max_size=40))
def test_identity_is_idempotent(name: str) -> None:
    """The identity of an identity is itself."""
    assert identity_of(identity_of(name)) == identity_of(name)


@pytest.mark.parametrize(
    "name", ["\u03a1\u0443test \u0420ro", "p\u0430ypal", "\u0421\u043e\u0440\u0443 Pro", "G\u03bfogle"]
)
def test_lookalike_names_are_recognised(name: str) -> None:
    """Cyrillic or Greek letters among Latin ones, or a word made of look-alikes, are a disguise."""
    assert mixed_scripts(name)


@pytest.mark.parametrize(
    "name",
    ["λ-calculus", "πBase", "Яндекс Cloud", "日本語 API", "한글 Editor", "GPT-4", "µTorrent", "Привет"],
)
def test_names_in_their_own_script_are_left_alone(name: str) -> None:
    """A name may be written in any script, and may stand beside a Latin word."""
    assert not mixed_scripts(name)


def test_a_disguised_name_does_not_take_the_address_it_resembles() -> None:
    """The slug of a mixed-script name shows its code points."""
    assert slug_of("\u03a1\u0443test \u0420ro") == "u03a1u0443test-u0420ro"


def test_excerpts_are_clipped_whole() -> None:
    """An excerpt ends in an ellipsis and never in half a marker or a lone joiner."""
    assert clip("short", 5) == "short"
    assert clip("a longer text", 9) == "a longer…"
    assert clip("abc<U+200B>def", 8) == "abc…"
    assert clip("ab👩‍👩‍👧", 6) == "ab👩‍👩…"


@given(hostile, st.integers(1, 40))
def test_a_clipped_excerpt_stays_visible(text: str, limit: int) -> None:
    """Clipping visible text never uncovers something hidden nor exceeds its limit."""
    excerpt = clip(visible(text), limit)
    assert len(excerpt) <= limit
    assert hidden_characters(excerpt, multiline=False) == ()


PLAIN = [chr(code) for code in range(0x3000) if _PLAIN_LINES.fullmatch(chr(code))]


@given(st.text(alphabet=PLAIN, max_size=40))
def test_plain_texts_are_left_as_they_are(plain: str) -> None:
    """The short cut past texts without anything to show leads where the long way would."""
    assert visible(plain, multiline=True) == unicodedata.normalize("NFC", plain) == plain
    # A hidden character at the end sends the whole text the long way.
    assert visible(f"{plain}\u200b", multiline=True) == f"{plain}<U+200B>"
    assert [found.at for found in hidden_characters(f"{plain}\u200b")] == [len(plain)]


def test_every_plain_character_is_visible() -> None:
    """One by one, and line breaks only where lines are kept."""
    assert len(PLAIN) > 300
    for character in PLAIN:
        shown = f"<U+{ord(character):04X}>" if character in "\n\t" else character
        assert visible(f"a{character}\u200b") == f"a{shown}<U+200B>"
        assert visible(f"a{character}") == f"a{shown}"
