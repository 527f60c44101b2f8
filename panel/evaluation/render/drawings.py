"""The plots of a report, as shapes: small, of one size, and readable at the width of a telephone.

Colour and form say the same thing twice, and every plot has a description in words.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from panel.evaluation.render.sheet import Drawing, Shape
from panel.evaluation.render.wording import number, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from panel.evaluation.answers import Answer
    from panel.evaluation.cases import GoldenCase
    from panel.evaluation.render.wording import Unit
    from panel.evaluation.report import Figure, PanelReport, PersonaReport, Reliability

WIDTH = 320
_LEFT, _RIGHT = 34, 308
"""Where the axes of a plot begin and end."""


def forest(rows: Sequence[tuple[str, Figure, Figure | None]], *, other: str) -> Drawing:
    """Draw figures between 0 and 1 with their intervals, one below the other.

    Args:
        rows: name, figure, and the figure of what it stands beside.
        other: what the further figure is called; empty when there is none.
    """
    left, right, step = 8, 312, 46
    bottom = 14 + step * len(rows)

    def place(value: float) -> float:
        return round(left + value * (right - left), 1)

    shapes = [Shape("line", place(tick), 8, place(tick), bottom, look="grid") for tick in (0, 0.25, 0.75, 1)]
    shapes += [Shape("line", place(0.5), 8, place(0.5), bottom, look="chance")]
    shapes += [
        Shape("text", place(tick), bottom + 14, text=f"{tick:g}", look=f"tick {anchor}")
        for tick, anchor in ((0, "start"), (0.25, "middle"), (0.5, "middle"), (0.75, "middle"), (1, "end"))
    ]
    said = []
    for at, (name, figure, beside) in enumerate(rows):
        y = 14 + step * at
        shapes.append(Shape("text", left, y + 12, text=name, look="name start"))
        if figure.value is None:
            shapes.append(Shape("text", left, y + 30, text=f"not defined: {figure.note}", look="tick start"))
            said.append(f"{name} not defined")
            continue
        if figure.low is not None and figure.high is not None:
            shapes.append(Shape("line", place(figure.low), y + 26, place(figure.high), y + 26, look="range"))
        if beside is not None and beside.value is not None:
            shapes.append(Shape("circle", place(beside.value), y + 26, 5, look="beside"))
        shapes.append(Shape("circle", place(figure.value), y + 26, 5, look="point"))
        shapes.append(Shape("text", right, y + 12, text=number(figure.value, "score"), look="value end"))
        also = f", {other} {beside.value:.2f}" if beside and beside.value is not None else ""
        said.append(f"{name} {figure.value:.2f}{also}")
    return Drawing(
        label="",
        title="Balanced accuracy of each persona",
        description=f"{'; '.join(said)}. Always saying the same scores 0.5.",
        width=WIDTH,
        height=bottom + 20,
        shapes=tuple(shapes),
    )


def shifts(rows: Sequence[tuple[str, Figure, Unit, tuple[float, float]]]) -> Drawing:
    """Draw shares and changes of shares with their intervals about 0, one below the other.

    Args:
        rows: name, figure and its unit, and the two ends of what is allowed, as shares.
    """
    left, right, step = 8, 312, 46
    bottom = 14 + step * len(rows)
    ends = [
        abs(end)
        for _, figure, _, _ in rows
        for end in (figure.value, figure.low, figure.high)
        if end is not None
    ]
    reach = max(0.1, *(math.ceil(10 * end) / 10 for end in ends), *(high for _, _, _, (_, high) in rows))

    def place(value: float) -> float:
        return round(left + (value + reach) / (2 * reach) * (right - left), 1)

    shapes = [Shape("line", place(tick), 8, place(tick), bottom, look="grid") for tick in (-reach, reach)]
    shapes += [Shape("line", place(0), 8, place(0), bottom, look="chance")]
    shapes += [
        Shape(
            "text",
            place(tick),
            bottom + 14,
            text=number(tick, "shift").removesuffix(" points"),
            look=f"tick {at}",
        )
        for tick, at in ((-reach, "start"), (0.0, "middle"), (reach, "end"))
    ]
    said = []
    for at, (name, figure, unit, (least, most)) in enumerate(rows):
        y, value = 14 + step * at, figure.value or 0.0
        width = round(place(most) - place(least), 1)
        shapes.append(Shape("rect", place(least), y + 18, width, 16, look="right", depth=0.25))
        shapes.append(Shape("text", left, y + 12, text=name, look="name start"))
        if figure.low is not None and figure.high is not None:
            shapes.append(Shape("line", place(figure.low), y + 26, place(figure.high), y + 26, look="range"))
        shapes.append(Shape("circle", place(value), y + 26, 5, look="point"))
        shapes.append(Shape("text", right, y + 12, text=number(value, unit), look="value end"))
        said.append(f"{name} {number(value, unit)}, allowed {100 * least:g} to {100 * most:g}")
    return Drawing(
        label="",
        title="What each change did, in points",
        description=f"{'; '.join(said)}.",
        width=WIDTH,
        height=bottom + 20,
        shapes=tuple(shapes),
    )


def confusion(name: str, report: PersonaReport) -> Drawing:
    """Draw how often gold said one thing and the persona another."""
    rows = [
        row for row in report.confusion if row.ship + row.skip + row.abstain + row.failed + row.unanswered
    ]
    columns = ("SHIP", "SKIP", "no vote")
    left, top, wide, high = 86, 40, 76, 40
    shapes = [
        Shape("text", left + 1.5 * wide, 12, text="the persona said", look="tick middle"),
        Shape("text", left - 8, 30, text="gold says", look="tick end"),
        *(
            Shape("text", left + (at + 0.5) * wide, 30, text=text, look="name middle")
            for at, text in enumerate(columns)
        ),
    ]
    said = []
    for at, row in enumerate(rows):
        counts = (row.ship, row.skip, row.abstain + row.failed + row.unanswered)
        total, y = sum(counts), top + at * high
        gold = word(row.expected)
        shapes.append(Shape("text", left - 8, y + 25, text=_short(gold.text), look="name end"))
        for column, count in enumerate(counts):
            right = column == ("ship", "skip", "abstain").index(row.expected)
            x = left + column * wide
            shapes.append(
                Shape(
                    "rect",
                    x + 1,
                    y + 1,
                    wide - 2,
                    high - 2,
                    look="right" if right else "wrong",
                    depth=round(0.04 + 0.36 * count / total, 3),
                )
            )
            shapes.append(Shape("text", x + wide / 2, y + 25, text=f"{count}", look="count middle"))
        said.append(f"gold {row.expected}: {counts[0]} ship, {counts[1]} skip, {counts[2]} without a vote")
    return Drawing(
        label=name,
        title=f"{name}: gold against verdicts",
        description=f"{'; '.join(said)}.",
        width=WIDTH,
        height=top + high * len(rows) + 4,
        shapes=tuple(shapes),
    )


def reliability(name: str, found: Reliability) -> Drawing:
    """Draw, for each band of scores, the share of its cases that gold ships."""
    top, bottom = 10, 190
    shapes = [*_frame(top, bottom), Shape("line", _x(0), bottom, _x(100), top, look="chance")]
    shapes += [
        Shape("text", _LEFT - 6, _y(share, top, bottom) + 4, text=number(share, "share"), look="tick end")
        for share in (0, 0.5, 1)
    ]
    said = []
    for band in found.bands:
        if band.mean_score is None or band.shipped.value is None:
            continue
        x, y = _x(band.mean_score), _y(band.shipped.value, top, bottom)
        if band.shipped.low is not None and band.shipped.high is not None:
            ends = (_y(band.shipped.low, top, bottom), _y(band.shipped.high, top, bottom))
            shapes.append(Shape("line", x, ends[0], x, ends[1], look="range"))
        shapes.append(Shape("circle", x, y, 4.5, look="point"))
        right = x < _x(85)
        shapes.append(
            Shape(
                "text",
                x + (8 if right else -8),
                y + 4,
                text=f"{band.n}",
                look=f"tick {'start' if right else 'end'}",
            )
        )
        said.append(f"score {band.low} to {band.high}: {number(band.shipped.value, 'share')} of {band.n}")
    return Drawing(
        label=name,
        title=f"{name}: what a score is worth",
        description=f"Share that gold ships, by band of score. {'; '.join(said)}.",
        width=WIDTH,
        height=bottom + 22,
        shapes=tuple(shapes),
    )


def strips(name: str, votes: Iterable[tuple[GoldenCase, Answer]], persona: str) -> Drawing:
    """Draw every score on a line for what gold says: two separate heaps are what one hopes for."""
    lanes = {"ship": 28, "skip": 84}
    bottom = 114
    shapes = list(_frame(4, bottom))
    shapes += [
        Shape("text", _x(0), y - 10, text=f"gold says {decision.upper()}", look="tick start")
        for decision, y in lanes.items()
    ]
    scores: dict[str, list[float]] = {decision: [] for decision in lanes}
    for case, answer in votes:
        gold = case.expected.get(persona)
        if gold not in lanes or answer.score is None or answer.decision not in lanes:
            continue
        heap = scores[gold]
        near = sum(abs(score - answer.score) < 3 for score in heap)
        heap.append(answer.score)
        y = lanes[gold] + (near % 4) * 7
        look = "voted-ship" if answer.decision == "ship" else "voted-skip"
        shapes.append(Shape("circle", _x(answer.score), y, 3.4, look=look))
    said = [
        f"{len(heap)} cases that gold {decision}s, median score {_median(heap):.0f}"
        for decision, heap in scores.items()
        if heap
    ]
    return Drawing(
        label=name,
        title=f"{name}: every score",
        description=f"{'; '.join(said)}.",
        width=WIDTH,
        height=bottom + 22,
        shapes=tuple(shapes),
    )


def heat_map(panel: PanelReport, names: Mapping[str, str]) -> Drawing:
    """Draw how often two personas say the same."""
    order = list(names)
    step, left, top = 46, 124, 26
    shapes = []
    for at, persona in enumerate(order):
        shapes.append(
            Shape("text", left - 8, top + step * at + 27, text=_clipped(names[persona]), look="name end")
        )
        shapes.append(
            Shape(
                "text", left + step * (at + 0.5), top - 8, text=_initials(names[persona]), look="tick middle"
            )
        )
        shapes.append(
            Shape("rect", left + step * at + 1, top + step * at + 1, step - 2, step - 2, look="self")
        )
    said = []
    for pair in panel.pairs:
        a, b = order.index(pair.a), order.index(pair.b)
        share = pair.agree.value
        for row, column in ((a, b), (b, a)):
            x, y = left + step * column, top + step * row
            depth = 0.0 if share is None else round(0.03 + 0.45 * max(0.0, 2 * share - 1), 3)
            shapes.append(Shape("rect", x + 1, y + 1, step - 2, step - 2, look="warm", depth=depth))
            text = "none" if share is None else number(share, "share")
            shapes.append(Shape("text", x + step / 2, y + 27, text=text, look="count middle"))
        said.append(f"{names[pair.a]} and {names[pair.b]} {text}")
    return Drawing(
        label="",
        title="How often two personas say the same",
        description=f"{'; '.join(said)}.",
        width=max(WIDTH, left + step * len(order) + 4),
        height=top + step * len(order) + 4,
        shapes=tuple(shapes),
    )


def _frame(top: int, bottom: int) -> Iterator[Shape]:
    """Draw the axis of scores from 0 to 100."""
    for score in (0, 25, 50, 75, 100):
        yield Shape("line", _x(score), top, _x(score), bottom, look="grid")
        yield Shape("text", _x(score), bottom + 15, text=f"{score}", look="tick middle")


def _x(score: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * score / 100, 1)


def _y(share: float, top: int, bottom: int) -> float:
    return round(bottom - share * (bottom - top), 1)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _short(text: str) -> str:
    return {"ABSTAINED": "TOO LITTLE"}.get(text, text)


def _clipped(name: str) -> str:
    first = name.split(" ", maxsplit=1)[0]
    return first if len(first) <= 14 else f"{first[:13]}\u2026"


def _initials(name: str) -> str:
    return name[:5].rstrip() + ("." if len(name) > 5 else "")
