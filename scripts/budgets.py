"""Hold the package to the sizes a reader can take in: functions, files and broad `except` clauses.

Run by `make check`; prints what was measured and fails when a budget is exceeded.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

FUNCTION_LINES = 80
FILE_LINES = 350
BROAD_PER_THOUSAND = 1.0
BROAD = {"Exception", "BaseException"}


@dataclass(frozen=True)
class Measured:
    """The sizes of one source file."""

    path: Path
    lines: int
    functions: tuple[tuple[str, int], ...]
    """Name and length in lines, decorators left out."""
    broad: tuple[int, ...]
    """The lines of `except Exception`, `except BaseException` and bare `except`."""


def measure(path: Path) -> Measured:
    """Measure one source file."""
    source = path.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(source, filename=str(path))))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Measured(
        path=path,
        lines=len(source.splitlines()),
        functions=tuple(
            (node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions
        ),
        broad=tuple(node.lineno for node in nodes if isinstance(node, ast.ExceptHandler) and is_broad(node)),
    )


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from `def` to its end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler catches whatever comes, alone or among others."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in caught)


def exceeded(files: list[Measured]) -> list[str]:
    """List what is over its budget, one line each."""
    problems = []
    for file in files:
        if file.lines > FILE_LINES:
            problems.append(f"{file.path}: {file.lines} lines, at most {FILE_LINES}")
        problems += [
            f"{file.path}: {name}() has {length} lines, at most {FUNCTION_LINES}"
            for name, length in file.functions
            if length > FUNCTION_LINES
        ]
    total = sum(file.lines for file in files)
    broad = [f"{file.path}:{line}" for file in files for line in file.broad]
    if len(broad) > BROAD_PER_THOUSAND * total / 1000:
        problems.append(
            f"{len(broad)} broad excepts in {total} lines, at most {BROAD_PER_THOUSAND:g} per 1,000: "
            + ", ".join(broad)
        )
    return problems


def percentile(lengths: list[int], share: float) -> int:
    """Return the smallest length that at least `share` of all lengths do not exceed (nearest rank)."""
    rank = max(1, -int(-share * len(lengths) // 1))
    return sorted(lengths)[rank - 1] if lengths else 0


def main(folder: Path) -> int:
    """Measure every module below `folder`; return 1 when a budget is exceeded."""
    files = [measure(path) for path in sorted(folder.rglob("*.py"))]
    lengths = [length for file in files for _, length in file.functions]
    print(
        f"{folder}: {len(files)} files, {sum(file.lines for file in files)} lines, {len(lengths)} functions; "
        f"function p95 {percentile(lengths, 0.95)}, longest {max(lengths, default=0)}; "
        f"longest file {max((file.lines for file in files), default=0)}; "
        f"broad excepts {sum(len(file.broad) for file in files)}"
    )
    problems = exceeded(files)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:]) if sys.argv[1:] else Path(__file__).resolve().parent.parent / "panel"))
