"""Evaluation: do the personas agree with golden verdicts, and with themselves?

    golden = load_set("evals/golden/authored.jsonl").only("development")
    report = evaluate(golden, read_answers("answers.jsonl"))

Reading and checking sets needs nothing but the panel. Whatever measures needs the extra `evals` and is
loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from panel.errors import PanelError

if TYPE_CHECKING:
    from panel.evaluation.answers import (
        Answer,
        AnswerSet,
        answer_of,
        answer_schema,
        answer_set,
        answers_of,
        read_answers,
        write_answers,
    )
    from panel.evaluation.baseline import GateBaseline, load_baseline, make_baseline, write_baseline
    from panel.evaluation.calibration import Calibration, apply_thresholds, calibrate
    from panel.evaluation.cases import GoldenCase, GoldenSet, golden_schema, load_set
    from panel.evaluation.checking import Balance, ReadingAgreement, balance, check_set, compare_readings
    from panel.evaluation.gate import Gate, check_gate, read_floors
    from panel.evaluation.measuring import evaluate
    from panel.evaluation.paired import PairedReport, compare_answers
    from panel.evaluation.power import Power, cases_needed, power_of, smallest_margin
    from panel.evaluation.report import Report

_HOMES = {
    "answers": ("Answer AnswerSet answer_of answer_schema answer_set answers_of read_answers write_answers"),
    "checking": "Balance ReadingAgreement balance check_set compare_readings",
    "baseline": "GateBaseline load_baseline make_baseline write_baseline",
    "calibration": "Calibration apply_thresholds calibrate",
    "cases": "GoldenCase GoldenSet golden_schema load_set",
    "measuring": "evaluate",
    "gate": "Gate check_gate read_floors",
    "paired": "PairedReport compare_answers",
    "power": "Power cases_needed power_of smallest_margin",
    "report": "Report",
}
"""Module → the public names it defines."""
_MODULES = {name: module for module, names in _HOMES.items() for name in names.split()}
_EXTRA = ("numpy", "scipy")

__all__ = [
    "Answer",
    "AnswerSet",
    "Balance",
    "Calibration",
    "Gate",
    "GateBaseline",
    "GoldenCase",
    "GoldenSet",
    "PairedReport",
    "Power",
    "ReadingAgreement",
    "Report",
    "answer_of",
    "answer_schema",
    "answer_set",
    "answers_of",
    "apply_thresholds",
    "balance",
    "calibrate",
    "cases_needed",
    "check_gate",
    "check_set",
    "compare_answers",
    "compare_readings",
    "evaluate",
    "golden_schema",
    "load_baseline",
    "load_set",
    "make_baseline",
    "power_of",
    "read_answers",
    "read_floors",
    "smallest_margin",
    "write_answers",
    "write_baseline",
]


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        raise PanelError(
            f"Measuring needs {error.name}, which is not installed.",
            "Install the extra: pip install 'shippanel[evals]'.",
        ) from error
    globals()[name] = value
    return value
