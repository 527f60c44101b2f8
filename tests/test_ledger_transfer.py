from __future__ import annotations

import io
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_provenance, make_tool, make_verdict
from reviews import ask, review
from sqlalchemy import Integer

from panel.errors import InputError
from panel.ledger import open_ledger
from panel.ledger.portable import tables
from panel.ledger.schema import metadata
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from panel.ledger import ImportReport, Ledger

pytest_plugins = ("databases",)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Ledger]:
    """Open a second, empty ledger."""
    with open_ledger(tmp_path / "elsewhere.db") as opened:
        yield opened


@pytest.fixture
def export(tmp_path: Path) -> str:
    """Return the export of a ledger that has something in every table."""
    with open_ledger(tmp_path / "source.db") as source:
        fill(source)
        return exported(source)


def exported(ledger: Ledger) -> str:
    """Return a whole ledger as text."""
    return "".join(f"{line}\n" for line in ledger.export_lines())


def take(ledger: Ledger, export: str) -> ImportReport:
    """Import a text."""
    return ledger.import_lines(io.BytesIO(export.encode()), name="export.jsonl")


def told(report: ImportReport) -> dict[int, str]:
    """Return what is said about each line."""
    return {problem.line: problem.detail for problem in report.problems}


def fill(ledger: Ledger) -> None:
    """Put something into every table: revisions, repeats, failures, costs, a row set aside."""
    paid = make_provenance("dx", engine="openai", spec="openai:judge", usage=Usage(calls=1), cost_usd=0.1)
    review(ledger, make_tool(), make_verdict("dx", "ship", provenance=paid), *map(_skip, PERSONAS[1:]))
    review(ledger, make_tool(tagline="Ünder \u202e a lamp\x85"), minute=2)
    failed = (make_abstention(persona, "refused") for persona in PERSONAS[2:])
    review(ledger, make_tool(name="Alpha", slug="alpha"), *map(_skip, PERSONAS[:2]), *failed, minute=3)
    review(ledger, make_tool(name="Alpha-2", slug="alpha-2"), minute=1)
    review(ledger, make_tool(name="Alpha B", slug="alphab"))
    ledger.enrol(make_tool(name="Unreviewed", slug="unreviewed"))


def _skip(persona: str) -> Any:  # noqa: ANN401  # an answer
    return make_verdict(persona, "skip", score=12.3)


def test_nothing_is_lost_between_the_two_databases(elsewhere: Ledger, postgres: str, tmp_path: Path) -> None:
    """Exported from one, imported in the other and brought back, a ledger is the same to the byte."""
    fill(elsewhere)
    export = exported(elsewhere)
    with open_ledger(postgres) as moved, open_ledger(tmp_path / "back.db") as back:
        for each in (moved, back):
            report = take(each, export)
            assert (report.refused, report.remarks) == (0, 0)
            assert report.standing == dict.fromkeys(report.standing, 0)
            export = exported(each)
            assert export == exported(elsewhere)
            assert each.verify().sound
            assert each.tools() == elsewhere.tools()
            assert each.stats().spend == elsewhere.stats().spend
            assert each.latest_card("lantern") == elsewhere.latest_card("lantern")


def test_an_import_repeated_adds_nothing(ledger: Ledger, elsewhere: Ledger) -> None:
    """What is there already is counted and left as it is."""
    fill(elsewhere)
    export = exported(elsewhere)
    first, second = take(ledger, export), take(ledger, export)
    assert sum(first.added.values()) == export.count("\n") - 2
    assert second.standing == first.added
    assert sum(second.added.values()) == second.refused == 0
    assert exported(ledger) == export


def test_every_table_travels(ledger: Ledger, elsewhere: Ledger, meddle: Callable[..., int]) -> None:
    """What a migration adds needs no line of code: a row of every table arrives, behind what it refers to."""
    fill(ledger)
    for table in tables():
        if table.name.startswith("batch"):
            row = {column.name: 7 if isinstance(column.type, Integer) else "x" for column in table.columns}
            names = ", ".join(f":{name}" for name in row)
            meddle(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({names})", **row)  # noqa: S608 - our names
    export = exported(ledger)
    report = take(elsewhere, export)
    assert report.refused == 0
    assert set(report.added) == set(metadata.tables) - {"alembic_version"}
    assert all(report.added[name] for name in set(report.added) - {"damaged"})
    assert exported(elsewhere) == export
    assert meddle("UPDATE batch SET state = 'collected'")
    late = take(ledger, export)
    assert (late.refused, late.remarks) == (0, 1)
    assert "has got to another point here" in next(iter(told(late).values()))


# Two ledgers that know the same tool


def test_a_tool_known_at_another_address_keeps_it(ledger: Ledger, elsewhere: Ledger) -> None:
    """Its revisions and reviews follow it there, and the scorecards name the address they are found at."""
    review(ledger, make_tool(name="LANTERN", slug="lantern-app"), minute=1)
    review(elsewhere, make_tool(), minute=2)
    report = take(ledger, exported(elsewhere))
    assert report.refused == 0
    assert "tool: 'lantern' stands at 'lantern-app' here" in told(report).values()
    assert [run.revision for run in ledger.runs("lantern-app")] == [2, 1]
    card = ledger.latest_card("lantern-app")
    assert card
    assert (card.tool.slug, card.tool.revision, card.tool.name) == ("lantern-app", 2, "Lantern")
    assert ledger.tools()[0].name == "Lantern"
    assert ledger.verify().sound
    assert sum(take(ledger, exported(elsewhere)).added.values()) == 0


def test_two_tools_that_share_an_address_stay_two(ledger: Ledger, elsewhere: Ledger) -> None:
    """The one that was here keeps it; the other gets the address that a submission would have got."""
    review(ledger, make_tool(name="C", slug="c"), minute=1)
    review(elsewhere, make_tool(name="C++", slug="c"), minute=2)
    report = take(ledger, exported(elsewhere))
    other = ledger.find_slug("C++")
    assert other is not None
    assert other.startswith("c-")
    assert f"tool: 'c' stands at {other!r} here" in told(report).values()
    assert ledger.enrol(make_tool(name="C++", slug="c")).slug == other
    assert [row.slug for row in ledger.tools()] == [other, "c"]
    assert ledger.verify().sound
    assert sum(take(ledger, exported(elsewhere)).added.values()) == 0


def test_answers_that_differ_are_both_kept(ledger: Ledger, elsewhere: Ledger) -> None:
    """The answer of the other ledger becomes a further sample, and its scorecard still agrees with it."""
    review(ledger, make_tool(), minute=1)
    theirs = review(elsewhere, make_tool(), *map(_skip, PERSONAS), minute=2)
    report = take(ledger, exported(elsewhere))
    assert (report.added["verdict"], report.added["run"]) == (4, 1)
    assert ledger.next_sample(ask("dx")) == 2
    assert ledger.latest_card("lantern") == theirs
    assert len(ledger.runs("lantern")) == 2
    assert ledger.verify().sound
    assert sum(take(ledger, exported(elsewhere)).added.values()) == 0


def test_a_damaged_answer_is_mended_from_an_export(
    ledger: Ledger, elsewhere: Ledger, meddle: Callable[..., int]
) -> None:
    """A sound row takes the place of one that was tampered with, which is set aside."""
    fill(ledger)
    export = exported(ledger)
    assert meddle("UPDATE verdict SET outcome = replace(outcome, 'skip', 'ship') WHERE persona = 'dx'")
    assert not ledger.verify().sound
    report = take(ledger, export)
    assert any("takes the place of a damaged row" in detail for detail in told(report).values())
    assert ledger.verify().sound
    assert take(elsewhere, exported(ledger)).refused == 0
    assert exported(elsewhere) == exported(ledger)


# Lines that cannot be taken

DAMAGE: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a verdict's vote": (
        "verdict",
        lambda row: row.update(decision="ship", score=99.0),
        "beside the outcome",
    ),
    "a verdict's words": (
        "verdict",
        lambda row: row.update(outcome=row["outcome"].replace("dry", "wet").replace("I ", "We ")),
        "not what was sealed",
    ),
    "a verdict's question": ("verdict", lambda row: row.update(inputs="{}"), "do not hash to the key"),
    "a revision": ("tool_revision", lambda row: row.update(digest="0" * 64), "does not hash to the digest"),
    "a tool's address": ("tool", lambda row: row.update(slug="../../etc"), "is not a tool"),
    "an attempt": ("attempt", lambda row: row.update(reason="cancelled"), "persona or reason"),
    "a run's card": ("run", lambda row: row.update(scorecard="{}"), "not what was sealed"),
    "a run's percentage": ("run", lambda row: row.update(ship_pct=99.5), "differs from the columns"),
    "another revision": ("run", lambda row: row.update(revision=7), "names another tool"),
    "a number in words": (
        "spend",
        lambda row: row.update(calls="many"),
        "spend.calls: is not a whole number",
    ),
    "a number too large": ("spend", lambda row: row.update(calls=2**40), "is out of range"),
    "a missing cell": ("verdict", lambda row: row.pop("seal"), "verdict.seal: is not text"),
    "a foreign column": ("verdict", lambda row: row.update(colour="red"), "verdict has no 'colour'"),
    "a list": ("verdict", lambda row: row.update(seal=[1]), "verdict.seal: is not text"),
    "deep nesting": ("tool_revision", lambda row: row.update(content="[" * 100_000), "is not a tool"),
    "a NUL": ("tool", lambda row: row.update(name="a\0b"), "holds a NUL character"),
}


@pytest.mark.parametrize("case", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_line_is_named_and_the_rest_taken(
    case: tuple[str, Callable[[dict[str, Any]], object], str], elsewhere: Ledger, export: str
) -> None:
    """Nothing unsound gets in, nor what rests on it, and every other tool arrives whole."""
    table, damage, reason = case
    lines = export.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith(f'{{"table":"{table}"'))
    content = json.loads(lines[number])
    damage(content["row"])
    lines[number] = json.dumps(content)
    report = take(elsewhere, "\n".join(lines))
    assert reason in told(report)[number + 1]
    assert elsewhere.verify().sound
    assert sum(report.added.values()) == len(lines) - 2 - report.refused
    assert elsewhere.latest_card("alphab")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not JSON", "not valid JSON"),
        ('{"table":"songs","row":{}}', "is no row of a ledger"),
        ('{"table":"verdict","row":[]}', "is no row of a ledger"),
        ('{"table":"verdict","table":"run","row":{}}', "'table' stands there twice"),
        ('{"table":"run","row":{}}', "does not say whose it is"),
        ('{"end":7}', "does not count the rows"),
        ('{"schema":"shippanel.ledger/1","revision":"0001"}', "is no row of a ledger"),
        ("[" * 500, "nested"),
    ],
)
def test_a_foreign_line_is_named(line: str, reason: str, elsewhere: Ledger, export: str) -> None:
    """Whatever stands there is told by its number; everything else is taken."""
    lines = export.splitlines()
    lines.insert(5, line)
    report = take(elsewhere, "\n".join(lines))
    assert reason in told(report)[6]
    assert sum(report.added.values()) == len(lines) - 3
    assert elsewhere.verify().sound


def test_a_file_that_was_cut_off_is_noticed(ledger: Ledger, elsewhere: Ledger) -> None:
    """Missing lines are told at the end, wherever they are missing; the whole file then adds the rest."""
    fill(elsewhere)
    lines = exported(elsewhere).splitlines()
    assert "its last line" in told(take(ledger, "\n".join(lines[:-3])))[len(lines) - 3]
    assert ledger.verify().sound
    missing = [*lines[:8], *lines[9:]]
    assert "rows, and" in told(take(ledger, "\n".join(missing)))[len(missing)]
    assert take(ledger, "\n".join(lines)).refused == 0
    assert exported(ledger) == exported(elsewhere)
    doubled = take(ledger, "\n".join([*lines, *lines]))
    assert doubled.refused == len(lines)
    assert "behind the last line" in told(doubled)[len(lines) + 1]


def test_what_is_no_export_is_refused_whole(ledger: Ledger) -> None:
    """Another file, an empty one and one of a newer program are told apart, and add nothing."""
    newer = '{"schema":"shippanel.ledger/1","revision":"0999"}\n'
    for text, reason in (
        ("", "line 1 does not begin an export"),
        ('{"name":"Acme"}\n', "line 1 does not begin an export"),
        (newer, "a newer shippanel wrote this export"),
    ):
        with pytest.raises(InputError, match=reason):
            take(ledger, text)
    assert ledger.stats().tools == 0


def test_a_line_of_an_older_ledger_gets_what_its_columns_hold_by_default(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    """A column that was not there when the export was written holds what a migration would put there."""
    fill(elsewhere)
    optional = {
        table.name: [c.name for c in table.columns if c.server_default is not None or c.nullable]
        for table in tables()
    }
    lines = [json.loads(line) for line in exported(elsewhere).splitlines()]
    for line in lines[1:-1]:
        if line["table"] == "spend":
            for name in optional["spend"]:
                line["row"].pop(name, None)
    assert take(ledger, "\n".join(map(json.dumps, lines))).refused == 0


def test_problems_beyond_a_thousand_are_counted(ledger: Ledger) -> None:
    """A file that is damaged throughout does not fill the memory with its description."""
    lines = ['{"schema":"shippanel.ledger/1","revision":"0001"}', *(["x"] * 1200), '{"end":{"tool":1200}}']
    report = take(ledger, "\n".join(lines))
    assert (report.refused, len(report.problems)) == (1200, 1000)


# While others work, and at size


def test_an_export_is_of_one_moment(ledger: Ledger, elsewhere: Ledger) -> None:
    """What is reviewed while it is being written is not half in it."""
    fill(ledger)
    before = exported(ledger)
    lines = ledger.export_lines()
    first = [next(lines), next(lines)]
    review(ledger, make_tool(name="Late", slug="aaa-late"), minute=9)
    assert "".join(f"{line}\n" for line in (*first, *lines)) == before
    assert take(elsewhere, before).refused == 0


def test_an_import_that_was_interrupted_goes_on(
    ledger: Ledger, export: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stops the ledger is sound, and the same file adds what is missing."""

    class Killed(BaseException):
        pass

    class Cut(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            if self.tell() >= left:
                raise Killed
            return super().readline(size)

    monkeypatch.setattr("panel.ledger.importing._AT_ONCE", 3)
    for part in range(1, 10):
        left = len(export) * part // 10
        with pytest.raises(Killed):
            ledger.import_lines(Cut(export.encode()), name="export.jsonl")
        assert ledger.verify().sound
    assert take(ledger, export).refused == 0
    assert exported(ledger) == export


def test_memory_does_not_grow_with_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times the rows take as much memory to write out, to take in and to check."""
    for place in ("exporting._AT_ONCE", "importing._AT_ONCE", "verification._PAGE"):
        monkeypatch.setattr(f"panel.ledger.{place}", 10)
    peaks: list[list[int]] = []
    for size in (40, 120):
        with open_ledger(tmp_path / f"{size}.db") as source:
            for number in range(size):
                review(source, make_tool(name=f"Tool {number}", slug=f"tool-{number}"))
            path = tmp_path / f"{size}.jsonl"

            def write(path: Path = path, source: Ledger = source) -> None:
                with path.open("w") as file:
                    file.writelines(f"{line}\n" for line in source.export_lines())

            def read(path: Path = path, size: int = size) -> None:
                with path.open("rb") as file, open_ledger(tmp_path / f"{size}-moved.db") as moved:
                    assert moved.import_lines(file, name="x").refused == 0

            peaks.append([_peak(work) for work in (write, read, source.verify)])
    for small, large in zip(*peaks, strict=True):
        assert large < 1.2 * small + 50_000


def _peak(work: Callable[[], object]) -> int:
    work()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_runs_of_the_same_moment_have_one_order(tmp_path: Path) -> None:
    """Whichever is recorded last, the same run is the newest, so that a moved ledger shows the same."""
    with open_ledger(tmp_path / "ledger.db") as ledger:
        cards = [review(ledger, make_tool()) for _ in range(6)]
        newest = max(card.provenance.run or "" for card in cards)
        assert ledger.tools()[0].run == ledger.runs("lantern")[0].id == newest
