"""How the offline rubric reads: sentences, denial, hedging, quotation and phrases."""

from __future__ import annotations

import pytest
from cards import make_tool
from hypothesis import given
from hypothesis import strategies as st

from panel.reviewers.rubric.extraction import audience, definition, is_english, rivals
from panel.reviewers.rubric.phrases import PhraseTree
from panel.reviewers.rubric.statements import Statement, sentences, statements


def said(text: str, **changes: object) -> Statement:
    """Make a statement of a description."""
    fields = {"text": text, "source": "description", "scopes": frozenset({"text"})}
    return Statement(**{**fields, **changes})  # type: ignore[arg-type]


def place(statement: Statement, phrase: str) -> tuple[int, int]:
    """Find a phrase in a statement."""
    for _, start, end in PhraseTree(iter([(phrase, phrase)])).find(statement.words):
        return start, end
    raise AssertionError(f"{phrase!r} is not in {statement.text!r}")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It reads logs. It writes none.", 2),
        ("It reads logs, e.g. those of nginx. It writes none.", 2),
        ("It runs on Node 2.5 and costs $3.50. Really? Yes!", 3),
        ("It reads:\n- logs\n- traces\nThat is all.", 4),
        ("   ", 0),
    ],
)
def test_prose_is_split_into_sentences(text: str, count: int) -> None:
    """Ends of sentences, bullets and lines divide; abbreviations and decimals do not."""
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "phrase", "denied"),
    [
        ("There is no vendor lock-in.", "lock-in", True),
        ("It is not open source.", "open source", True),
        ("It is open source.", "open source", False),
        ("It isn't open source.", "open source", True),
        ("It is not only open source but free.", "open source", False),
        ("No account, credit card or sales call is needed.", "sales call", True),
        ("It is not cheap, but it is open source.", "open source", False),
        ("It is not cheap; the source is open source.", "open source", False),
        ("Documentation is still missing.", "documentation", True),
        ("Documentation has not been written yet.", "documentation", True),
        ("Documentation is complete and not generated.", "documentation", False),
        ("It works without a network.", "network", True),
        ("It is not without documentation.", "documentation", False),
        ("It is not fast, and documentation is good.", "documentation", False),
        ("The API lacks rate limits.", "rate limits", True),
    ],
)
def test_denials_reach_their_clause(text: str, phrase: str, denied: bool) -> None:  # noqa: FBT001 - a table
    """A denial before or after a phrase counts within its clause, and no further."""
    statement = said(text)
    assert statement.denies(*place(statement, phrase)) is denied


@pytest.mark.parametrize(
    ("text", "phrase", "hedged"),
    [
        ("The vendor claims a tenfold speed-up.", "speed-up", True),
        ("It reportedly outperforms others.", "outperforms", True),
        ("Single sign-on is planned.", "single sign-on", True),
        ("SOC 2 certification is on the roadmap.", "certification", True),
        ("The cache is fast; the vendor claims nothing.", "cache", False),
        ("It has an audit log.", "audit log", False),
    ],
)
def test_hedges_reach_their_clause(text: str, phrase: str, hedged: bool) -> None:  # noqa: FBT001 - a table
    """What is claimed, planned or hoped for is told apart from what is stated."""
    statement = said(text)
    assert statement.hedges(*place(statement, phrase)) is hedged


def test_what_an_interested_party_says_is_hedged() -> None:
    """Evidence from a vendor counts as claimed, whatever its words."""
    statement = said("It has an audit log.", second_hand=True)
    assert statement.hedges(*place(statement, "audit log"))


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("integrat*", "It integrates with editors.", True),
        ("integrat*", "It is disintegrating.", False),
        ("open-source", "An open source tool", True),
        ("costs … month", "It costs nine dollars a month.", True),
        ("costs … month", "It costs a great deal more than one might think in a month.", False),
        ("needs … cluster", "It needs a small cluster.", True),
        ("needs … cluster", "It needs no cluster.", False),
        ("needs … cluster", "It needs care; a cluster does not.", False),
        ("$ #", "It is $20 a seat.", True),
        ("unlike @", "Unlike Tailstorm, it is small.", True),
        ("unlike @", "Unlike others, it is small.", False),
        ("api", "A rapid tool", False),
    ],
)
def test_phrases_match_whole_words(phrase: str, text: str, found: bool) -> None:  # noqa: FBT001 - a table
    """Stems, gaps, figures and names match as documented; parts of words do not."""
    tree = PhraseTree(iter([(phrase, phrase)]))
    assert bool(list(tree.find(said(text).words))) is found


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=120), st.data())
def test_excerpts_are_verbatim(text: str, data: st.DataObject) -> None:
    """Whatever is quoted stands in the statement, letter for letter."""
    statement = said(text)
    if not statement.words:
        return
    start = data.draw(st.integers(0, len(statement.words) - 1))
    end = data.draw(st.integers(start + 1, len(statement.words)))
    limit = data.draw(st.integers(1, 30))
    assert statement.excerpt(start, end, limit) in text


def test_a_fact_is_matched_with_its_key_and_cited_by_its_value() -> None:
    """The key of a fact helps to find it and is never quoted as if it had been written."""
    tool = make_tool(description="A tool.", tagline="", licence="")
    fact = next(s for s in statements(tool) if s.source == "facts.deployment")
    assert place(fact, "deployment on-device")
    assert fact.excerpt(*place(fact, "deployment on-device")) == "on-device"


@pytest.mark.parametrize(
    "text",
    [
        "Ein Werkzeug, das Protokolle liest und ähnliche Zeilen zu Gruppen zusammenfasst, lokal und frei.",
        "Un outil en ligne de commande qui lit les journaux et regroupe les lignes semblables, sans réseau.",
        "Una herramienta que lee registros y agrupa las líneas parecidas en la máquina que los guarda.",
        "ログを読み、似た行をまとめ、昨日から何が変わったかを示すコマンドラインツールです。",
    ],
)
def test_other_languages_are_not_taken_for_english(text: str) -> None:
    """Prose in another language is recognised as such; English is recognised as English."""
    assert not is_english([said(text)])
    assert is_english([said("A command line tool that reads the logs of a machine and groups their lines.")])


def test_rivals_are_named_as_the_submission_spells_them() -> None:
    """Names after a cue are taken over; the tool itself and common words are not."""
    tool = make_tool(
        description="Alternatives named in reviews include Tailstorm, log-Book 2 and the Lantern."
    )
    assert rivals(tool, statements(tool)) == ("Tailstorm",)
    tool = make_tool(description="Unlike Tailstorm and Logbook, which need a server, it runs alone.")
    assert rivals(tool, statements(tool)) == ("Tailstorm", "Logbook")
    tool = make_tool(description="It does not compete with Tailstorm. It reads logs.")
    assert rivals(tool, statements(tool)) == ()


def test_definition_and_audience_are_quoted() -> None:
    """What the tool is and whom it is for are taken from the prose, word for word."""
    tool = make_tool(
        description="Lantern is a command line log reader. It is meant for platform teams at banks."
    )
    read = statements(tool)
    assert definition(read) == "a command line log reader"
    assert audience(read) == "platform teams at banks"
