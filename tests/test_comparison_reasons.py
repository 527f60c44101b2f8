"""What a comparison takes from the submissions: reasons to choose, alternatives, limits, what to test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cards import make_card, make_verdict
from comparisons import avatar, avatar_card, pair, reader, reader_card

from panel.comparison import compare
from panel.tool import Fact

if TYPE_CHECKING:
    from panel.comparison import Comparison


def reasons(found: Comparison, slug: str) -> dict[str, list[str]]:
    """The conditions under which a tool is to be chosen, by what they rest on."""
    choice = next(choice for choice in found.choices if choice.tool == slug)
    by_basis: dict[str, list[str]] = {}
    for reason in choice.reasons:
        by_basis.setdefault(reason.basis, []).append(f"{reason.condition} {reason.because}")
    return by_basis


def test_choose_by_what_sets_a_tool_apart() -> None:
    """Own machines or the cloud, an open licence, a free start, and what each says it is."""
    left, right = reasons(pair(), "mirror"), reasons(pair(), "lantern")
    assert "somebody else should run it" in left["deployment"][0]
    assert "own devices or servers" in right["deployment"][0]
    assert "Mirror: no licence is stated." in right["licence"][0]
    assert "Mirror: paid, “Usage credits”." in right["price"][0]
    assert {"licence", "price"}.isdisjoint(left)
    assert all("job" in side for side in (left, right))


def test_criteria_are_reasons_when_clearly_ahead() -> None:
    """A lead of two levels of four counts, the heaviest first; a lead of one does not."""
    assert [words.split("”")[0] for words in reasons(pair(), "lantern")["criterion"]] == [
        "“Clean primitive",
        "“Time to first result",
        "“A buyer with a budget",
        "“Published price",
    ]
    assert [words.split("”")[0] for words in reasons(pair(), "mirror")["criterion"]] == ["“Room to grow"]
    assert "Business gives it 4 of 4, against 2 for Lantern." in reasons(pair(), "mirror")["criterion"][0]


def test_a_denied_place_is_no_place() -> None:
    """Without a cloud is not in the cloud: what a fact denies is no reason to choose the tool."""
    local = reader(facts={"deployment": Fact(value="On-device, without a cloud")})
    remote = avatar(facts={"deployment": Fact(value="Hosted; no self-hosted edition")})
    found = compare([make_card(tool=local), make_card(tool=remote)])
    assert "own devices" in reasons(found, "lantern")["deployment"][0]
    assert "somebody else" in reasons(found, "mirror")["deployment"][0]


def test_alternatives_are_names_the_submission_has() -> None:
    """Names come from the submission's sentences, spelt as there; the tool's own is none of them."""
    names = {each.tool: each.names for each in pair().alternatives}
    assert names == {"mirror": ("Facet", "Talky", "Visage API"), "lantern": ("Tailstorm", "Logbook 2")}
    invented = make_verdict("dx", "ship", moves={"direct-competitors": "Tailstorm and Nosuch."})
    found = compare(
        [make_card(invented, tool=reader(description="Against Tailstorm it wins.")), avatar_card()]
    )
    assert found.alternatives[0].names == ("Tailstorm",)


def test_limits_are_the_submissions_own_words() -> None:
    """Stated limits come with their source; a low criterion adds the words it cites."""
    limits = {each.tool: each.limits for each in pair().limits}
    assert "no deployment" in limits["mirror"][0].citations[0].text
    assert "beyond a terabyte" in limits["lantern"][0].citations[0].text
    every = [c for each in limits.values() for limit in each for c in limit.citations]
    submissions = f"{avatar().description} {reader().description}"
    assert all(citation.text in submissions for citation in every)


def todos(found: Comparison, slug: str) -> dict[str, str]:
    """What to test of a tool, by what asks for it."""
    checklist = next(each for each in found.checklists if each.tool == slug)
    by_basis: dict[str, str] = {}
    for check in checklist.checks:
        words = " ".join([check.todo, *(quote.text for quote in check.citations)])
        by_basis[check.basis] = f"{by_basis.get(check.basis, '')} {words}".strip()
    return by_basis


def test_what_to_test_names_the_figure() -> None:
    """Disputed figures once, claims, the bill, what is not stated with the other's figure, and flips."""
    left, right = todos(pair(), "mirror"), todos(pair(), "lantern")
    assert "“below 500 milliseconds” and E1 says “1–2 s”" in left["contradiction"]
    assert "claim" not in left, "the claim of 500 ms is the disputed one"
    assert "credits are consumed by the minute" in left["bill"]
    assert "latency (Mirror: under 500 ms)" in right["attribute"]
    assert "ten million lines" in right["missing"]
    assert "Business, now a skip. Ship if a price" in left["condition"]
    undisputed = compare([avatar_card(findings=()), reader_card()])
    assert "below 500 milliseconds" in todos(undisputed, "mirror")["claim"]


def test_whom_it_is_for_is_in_the_submissions_words() -> None:
    """Best for: the submission's clause, words that the buyer move cites, or nothing."""
    columns = {tool.slug: tool.best_for for tool in pair().tools}
    assert columns["mirror"] is not None
    assert columns["mirror"].text == "product teams with a support desk"
    cited = make_verdict("dx", "ship", moves={"buyer": "Look for “whoever runs servers” here."})
    for verdict, expected in ((cited, "whoever runs servers"), (make_verdict("dx", "ship"), None)):
        card = make_card(verdict, tool=reader(description="A reader, bought by whoever runs servers."))
        found = compare([card, avatar_card()]).tools[0].best_for
        assert (found and found.text) == expected
