"""Turning fields into values, and everything wrong with them into plain sentences."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from panel.document.bounds import quoted
from panel.errors import InputError
from panel.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

V = TypeVar("V", bound=BaseModel)

_SENTENCES = {
    "missing": "is required",
    "string_type": "must be text, not {kind}",
    "model_type": "must be a mapping of fields, not {kind}",
    "model_attributes_type": "must be a mapping of fields, not {kind}",
    "dict_type": "must be a mapping of fields, not {kind}",
    "tuple_type": "must be a list, not {kind}",
    "list_type": "must be a list, not {kind}",
    "int_type": "must be a whole number, not {kind}",
    "int_parsing": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "float_type": "must be a number, not {kind}",
    "float_parsing": "must be a number, not {value}",
    "bool_type": "must be true or false, not {kind}",
    "bool_parsing": "must be true or false, not {value}",
    "date_type": "must be a date such as 2026-05-31, not {kind}",
    "date_parsing": "must be a date such as 2026-05-31, not {value}",
    "date_from_datetime_parsing": "must be a date such as 2026-05-31, not {value}",
    "date_from_datetime_inexact": "must be a date such as 2026-05-31, not {value}",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "{value} does not have the form {pattern}",
    "too_short": "needs {min_length} or more, and has {actual_length}",
    "too_long": "has more than {max_length} entries",
    "greater_than_equal": "must be at least {ge}, and is {figure}",
    "less_than_equal": "must be at most {le}, and is {figure}",
    "greater_than": "must be more than {gt}, and is {figure}",
    "less_than": "must be less than {lt}, and is {figure}",
    "literal_error": "{value} is not one of {expected}",
}
"""Kinds of fault → what to tell a reader who knows the field but not the program."""


def validate(
    model: type[V], content: Mapping[str, Any], *, name: str, aliases: Mapping[str, str] | None = None
) -> V:
    """Make a value of `content`.

    Args:
        model: the value's class.
        content: fields as a document gave them.
        name: what to call the document in messages.
        aliases: other words people use for a field, to be suggested when they turn up as unknown keys.

    Raises:
        InputError: with every problem at once, each naming its field.
    """
    problems: tuple[str, ...] = ()
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = _sentences(model, content, error, aliases or {})
    raise refusal(name, problems, hint=known_fields(model, problems))


def problems_of(
    model: type[BaseModel], content: Mapping[str, Any], aliases: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """List what keeps `content` from becoming a `model`, one sentence each; empty when nothing does."""
    try:
        model.model_validate(content)
    except ValidationError as error:
        return _sentences(model, content, error, aliases or {})
    return ()


def refusal(name: str, problems: Sequence[str], hint: str = "") -> InputError:
    """Wrap the problems of one document: a single one is the message, several are listed below it."""
    if len(problems) == 1:
        return InputError(f"{name}: {problems[0]}", hint)
    return InputError(f"{name}: {len(problems)} problems", hint, tuple(problems))


def known_fields(model: type[BaseModel], problems: Iterable[str]) -> str:
    """Name the fields of `model` when a problem is an unknown one; otherwise nothing."""
    if any("is not a known field" in problem for problem in problems):
        return f"Known fields: {', '.join(model.model_fields)}."
    return ""


def closest(word: str, options: Iterable[str]) -> str | None:
    """Find the option that `word` was probably meant to be: a beginning of it, or a near spelling."""
    folded = {option.casefold(): option for option in options}
    wanted = word.casefold()
    begun = [option for option in folded if len(wanted) >= 3 and option.startswith(wanted)]
    near = begun[:1] or difflib.get_close_matches(wanted[:80], folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def _sentences(
    model: type[BaseModel], content: object, error: ValidationError, aliases: Mapping[str, str]
) -> tuple[str, ...]:
    details = [detail for detail in error.errors(include_url=False) if not _is_echo(detail)]
    return tuple(dict.fromkeys(_sentence(model, content, detail, aliases) for detail in details))


def _is_echo(detail: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because entries of it were refused."""
    given = detail["input"]
    return (
        detail["type"] == "too_short"
        and isinstance(given, (list, tuple))
        and len(given) >= detail["ctx"]["min_length"]
    )


def _sentence(
    model: type[BaseModel], content: object, detail: ErrorDetails, aliases: Mapping[str, str]
) -> str:
    path = _path(content, detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{path}: is not a known field{_suggestion(model, detail['loc'], aliases)}"
    if detail["type"] == "value_error":
        reason = visible(detail["msg"].removeprefix("Value error, "))
        return f"{path}: {reason}" if path else reason
    if detail["input"] is None and detail["type"] != "missing":
        return f"{path}: is empty"
    context = {key: str(value) for key, value in detail.get("ctx", {}).items()}
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", ", ")
    sentence = _SENTENCES.get(detail["type"], "cannot be used: {value}").format(
        **context,
        kind=_kind(detail["input"]),
        value=_value(detail["input"]),
        figure=_value(detail["input"]).strip("'"),
    )
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        sentence += _did_you_mean(closest(detail["input"], context["expected"].split(", ")))
    return f"{path}: {sentence}"


def _path(content: object, loc: Sequence[int | str]) -> str:
    """Write where a problem is: `pricing.model`, `evidence.E2.text`, or `evidence.#2.text` without an id."""
    words = []
    for step in loc:
        inside: Any = None
        if isinstance(step, int):
            inside = content[step] if isinstance(content, (list, tuple)) and step < len(content) else None
            label = inside.get("id") if isinstance(inside, dict) else None
            words.append(label if isinstance(label, str) and label else f"#{step + 1}")
        else:
            inside = content.get(step) if isinstance(content, dict) else None
            words.append(step)
        content = inside
    return ".".join(clip(visible(word), 60) for word in words)


def _suggestion(model: type[BaseModel], loc: Sequence[int | str], aliases: Mapping[str, str]) -> str:
    key = str(loc[-1])
    owner = _model_at(model, loc[:-1])
    if owner is None:
        return ""
    homes = {
        f"{field}.{key}"
        for field, info in owner.model_fields.items()
        if (child := _model_in(info.annotation)) and key in child.model_fields
    }
    alias = aliases.get(key.casefold()) if len(loc) == 1 else None
    near = alias or closest(key, owner.model_fields) or next(iter(sorted(homes)), None)
    return _did_you_mean(near)


def _model_at(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel] | None:
    """Find the class whose fields stand at `loc`; list positions and mapping keys are stepped over."""
    current: type[BaseModel] | None = model
    for step in loc:
        if current is not None and isinstance(step, str) and step in current.model_fields:
            current = _model_in(current.model_fields[step].annotation)
    return current


def _model_in(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) is None:
        return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _did_you_mean(option: str | None) -> str:
    return f"; did you mean {option!r}?" if option else ""


def _kind(value: object) -> str:
    kinds = {str: "text", bool: "true or false", type(None): "nothing", dict: "a mapping", list: "a list"}
    return kinds.get(type(value), "a number" if isinstance(value, (int, float)) else "a list")


def _value(value: object) -> str:
    return (
        quoted(value)
        if isinstance(value, str)
        else _kind(value)
        if isinstance(value, (dict, list))
        else str(value)
    )
