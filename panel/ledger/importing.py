"""Taking in what another ledger wrote out: checked line by line, added where it is missing.

Nothing is trusted. Keys, digests and seals are worked out again before a row is added, and every scorecard
is counted again from the answers that stand here, so that importing leaves a sound ledger sound. What cannot
be taken is reported by line, and the rest goes on. A batch of lines is one commit: an import that was
interrupted is finished by starting it again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from panel.document import parse_jsonl
from panel.errors import InputError
from panel.ledger.placing import Placing
from panel.ledger.portable import LINE_BYTES, Line, read_end, read_header, read_row, tables
from panel.ledger.rows import ImportReport, LineProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from panel.ledger.adding import Placed
    from panel.ledger.store import Store

_AT_ONCE = 100
"""Lines to a commit, at most; a scorecard weighs some 30 kB."""
_REMEMBERED = 1000
"""Problems that a report lists; of a file that is damaged throughout the first say enough."""


def import_lines(
    store: Store,
    stream: BinaryIO,
    *,
    name: str,
    progress: Callable[[str, int], None] | None = None,
) -> ImportReport:
    """Add to a ledger what an export holds and the ledger lacks.

    Args:
        store: the ledger.
        stream: the export.
        name: what to call it in messages.
        progress: called after each commit with a table's name and the number of the last line.

    Raises:
        InputError: it is no export, or a newer program wrote it; nothing was added.
    """
    told = _Told()
    place = Placing(store)
    for lines in _batches(_rows(stream, told, name=name)):
        for line, placed in zip(lines, place(lines), strict=True):
            told.hear_placed(line, placed)
        if progress:
            progress(lines[-1].table.name, lines[-1].number)
    return told.report()


@dataclass
class _Told:
    """What an import has to tell, as it is gathered."""

    added: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    remarks: int = 0
    problems: list[LineProblem] = field(default_factory=list)

    def refuse(self, number: int, detail: str) -> None:
        self.refused += 1
        self._tell(LineProblem(line=number, detail=detail))

    def hear_placed(self, line: Line, placed: Placed) -> None:
        table = line.table.name
        if placed.problem:
            self.refuse(line.number, f"{table}: {placed.problem}")
            return
        (self.added if placed.added else self.standing)[table] += 1
        if placed.remark:
            self.remarks += 1
            self._tell(LineProblem(line=line.number, detail=f"{table}: {placed.remark}", refused=False))

    def report(self) -> ImportReport:
        names = [table.name for table in tables()]
        return ImportReport(
            added={name: self.added[name] for name in names},
            standing={name: self.standing[name] for name in names},
            refused=self.refused,
            remarks=self.remarks,
            problems=tuple(self.problems),
        )

    def _tell(self, problem: LineProblem) -> None:
        if len(self.problems) < _REMEMBERED:
            self.problems.append(problem)


def _rows(stream: BinaryIO, told: _Told, *, name: str) -> Iterator[Line]:
    """Read the rows of an export; what is no row is told, and so is an end that comes too early."""
    lines = parse_jsonl(stream, name=name, limit=LINE_BYTES)
    number, content = next(lines, (1, None))
    read_header(content, name=name)
    seen, ended = 0, None
    for number, content in lines:
        if ended is not None:
            told.refuse(number, "stands behind the last line")
            continue
        seen += 1
        try:
            read = _read(number, content, f"{name}, line {number}: ")
        except ValueError as error:
            told.refuse(number, str(error))
            continue
        if isinstance(read, Line):
            yield read
        else:
            ended, seen = read, seen - 1
    if ended is None:
        told.refuse(number, "the export ends here, before its last line; the rest of it is missing")
    elif sum(ended.values()) != seen:
        told.refuse(number, f"counts {sum(ended.values()):,} rows, and {seen:,} stand before it")


def _read(number: int, content: dict[str, Any] | InputError, place: str) -> Line | dict[str, int]:
    if isinstance(content, InputError):
        raise ValueError(content.message.removeprefix(place))  # noqa: TRY004 - of what stands in a line
    return read_end(content) or read_row(number, content)


def _batches(rows: Iterator[Line]) -> Iterator[list[Line]]:
    """Put neighbours of one table together, as many as are few and light enough to be held at once."""
    for _, same in groupby(rows, key=lambda line: line.table.name):
        batch: list[Line] = []
        weight = 0
        for line in same:
            batch.append(line)
            weight += sum(len(value) for value in line.row.values() if isinstance(value, str))
            if len(batch) == _AT_ONCE or weight > LINE_BYTES:
                yield batch
                batch, weight = [], 0
        if batch:
            yield batch
