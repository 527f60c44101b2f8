"""The live board: a row per seat that says where each reviewer is, and silence where nobody looks."""

from __future__ import annotations

import io
import re

import pytest
from cards import PERSONAS, make_persona
from rich.console import Console

from panel.persona import Persona, Seat
from panel.render.board import Board


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def seats(*personas: Persona) -> list[Seat]:
    """Seats for the given personas, or for the usual four."""
    return [Seat(persona=persona) for persona in personas or [make_persona(name) for name in PERSONAS]]


def console(
    width: int = 80, encoding: str = "utf-8", *, terminal: bool = False, term: str = "xterm"
) -> Console:
    """A console over bytes, so that it has an encoding and can refuse a character."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    return Console(file=stream, width=width, force_terminal=terminal, _environ={"TERM": term})


def written(output: Console) -> str:
    """What has been written on a console."""
    output.file.flush()
    content: bytes = output.file.buffer.getvalue()  # type: ignore[attr-defined]  # a wrapper over bytes
    return content.decode(output.encoding)


def rows(board: Board, width: int = 80) -> list[str]:
    """Draw a board as it stands."""
    output = console(width)
    output.print(board)
    return [row.rstrip() for row in written(output).splitlines()]


def test_every_seat_has_a_row_from_the_start() -> None:
    """Before anybody reads, four names wait, in roster order and in a column."""
    assert rows(Board(seats(), console())) == [
        "  Developer experience   waiting",
        "  Competitive landscape  waiting",
        "  Futurist               waiting",
        "  Business               waiting",
    ]


def test_rows_follow_events() -> None:
    """A row shows its state, the seconds since it began, and what else there is to say."""
    clock = Clock()
    board = Board(seats(), console(), clock=clock)
    for persona in PERSONAS[:3]:
        board.update(persona, "reading")
    clock.now += 2.5
    board.update("dx", "ship", "82.5 of 100")
    board.update("competitive", "retrying", "2 of 3 in 4 s")
    board.update("futurist", "failed", "timed-out")
    clock.now += 10.5
    assert rows(board) == [
        "✓ Developer experience   SHIP  2.5 s  82.5 of 100",
        "⠋ Competitive landscape  retrying  13.0 s  2 of 3 in 4 s",
        "! Futurist               FAILED  2.5 s  timed-out",
        "  Business               waiting",
    ]


def test_every_finish_has_a_sign_and_a_word() -> None:
    """A decision, an abstention and a re-used verdict differ without colour; re-use takes no time."""
    board = Board(seats(), console(), clock=Clock())
    for persona, state in zip(PERSONAS, ("skip", "abstained", "reused", "waiting"), strict=True):
        board.update(persona, state)
    shown = rows(board)
    assert [row[:1] for row in shown] == ["✗", "○", "=", " "]
    assert shown[2] == "= Futurist               REUSED"


def test_the_spinner_turns_with_the_clock() -> None:
    """Work in progress moves: another tenth of a second, another frame."""
    clock = Clock()
    board = Board(seats(), console(), clock=clock)
    board.update("dx", "reading")
    frames = set()
    for _ in range(10):
        frames.add(rows(board)[0][0])
        clock.now += 0.1
    assert len(frames) >= 9


def test_an_unknown_persona_is_ignored() -> None:
    """An event for nobody on the panel neither fails nor shows."""
    board = Board(seats(), console())
    board.update("stranger", "ship")
    assert len(rows(board)) == 4


def test_off_a_terminal_the_board_is_silent() -> None:
    """In a pipe or a log, progress leaves no trace."""
    output = console()
    with Board(seats(), output) as board:
        board.update("dx", "reading")
        board.update("dx", "ship")
    assert written(output) == ""


def test_off_a_terminal_verbose_prints_a_line_per_finish() -> None:
    """Asked to be verbose, it prints one whole line when a seat is finished, none before."""
    output = console(width=40)
    with Board(seats(), output, verbose=True, clock=Clock()) as board:
        board.update("dx", "reading")
        board.update("dx", "ship", "a detail that runs on beyond the forty columns of this console")
        board.update("business", "failed", "out-of-credit")
    lines = written(output).splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("beyond the forty columns of this console")
    assert lines[1] == "! Business               FAILED  0.0 s  out-of-credit"


def test_a_dumb_terminal_gets_lines_without_escapes() -> None:
    """A terminal that cannot move its cursor is treated as none."""
    output = console(terminal=True, term="dumb")
    with Board(seats(), output, verbose=True) as board:
        board.update("dx", "ship")
    assert "SHIP" in written(output)
    assert "\x1b" not in written(output)


def test_on_a_terminal_the_board_comes_and_goes() -> None:
    """Live rows are drawn, then erased, and the cursor is given back, also after an error."""
    output = console(terminal=True)

    def review() -> None:
        with Board(seats(), output) as board:
            board.update("dx", "ship", "82.5 of 100")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        review()
    shown = written(output)
    assert "Developer experience" in shown
    assert "\x1b[?25l" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    last = shown[shown.rindex("Developer experience") :]
    assert last.count("\x1b[2K") == 4


def test_rows_stay_one_line_on_a_narrow_terminal() -> None:
    """Forty columns cut a long detail, never the name or the state, and no row wraps."""
    board = Board(seats(), console(width=40, terminal=True), clock=Clock())
    board.update("competitive", "reading", "a long story about a provider that does not answer")
    shown = rows(board, 40)
    assert len(shown) == 4
    assert re.match(r". Competitive landscape  reading .*…$", shown[1])


def test_a_stream_without_unicode_gets_ascii() -> None:
    """Signs, spinner and names are spelled with the characters the stream has."""
    output = console(encoding="ascii")
    named = make_persona("dx").model_copy(update={"name": "Über-Prüfer"})
    with Board(seats(named), output, verbose=True, clock=Clock()) as board:
        board.update("dx", "reading")
        output.print(board)
        board.update("dx", "ship", "“fine”")
    assert written(output).splitlines() == [
        "| Uber-Prufer  reading  0.0 s",
        '+ Uber-Prufer  SHIP  0.0 s  "fine"',
    ]


def test_events_cannot_speak_to_the_terminal() -> None:
    """Names, states and details are shown, whatever control bytes or markup they hold."""
    named = make_persona("dx").model_copy(update={"name": "[red]\x1b[31mDX[/x]"})
    output = console()
    with Board(seats(named), output, verbose=True, clock=Clock()) as board:
        board.update("dx", "failed", "\x1b]0;title\x07 [link=https://a.example]:boom:\r")
    shown = written(output)
    assert "\x1b" not in shown
    assert "[red]<U+001B>[31mDX[/x]" in shown
    assert "<U+001B>]0;title<U+0007> [link=https://a.example]:boom:<U+000D>" in shown


def test_wide_names_keep_the_column() -> None:
    """Names in East Asian script are measured in cells."""
    wide, narrow = (make_persona("dx").model_copy(update={"name": "開発者の体験"}), make_persona("business"))
    shown = rows(Board(seats(wide, narrow), console()))
    assert shown == ["  開発者の体験  waiting", "  Business      waiting"]


def test_a_seat_shows_its_calls_and_what_they_cost() -> None:
    """Asking, trying again and asking anew are told apart, with tokens and cost where they are known."""
    clock = Clock()
    board = Board(seats(make_persona("dx")), console(), clock=clock)
    board.update("dx", "asking")
    assert rows(board) == ["⠋ Developer experience  asking  0.0 s"]
    board.update("dx", "retry 1/3 in 4 s", tokens=1200, cost_usd=0.0004)
    assert rows(board) == ["⠋ Developer experience  retry 1/3 in 4 s  0.0 s  1,200 tokens, $0.0004"]
    board.update("dx", "re-asking", tokens=1200)
    assert rows(board) == ["⠋ Developer experience  re-asking  0.0 s  1,200 tokens"]
    board.update("dx", "ship", "62.5", tokens=2500, cost_usd=0.001)
    assert rows(board) == ["✓ Developer experience  SHIP  0.0 s  62.5  2,500 tokens, $0.0010"]
