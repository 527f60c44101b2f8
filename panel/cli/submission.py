"""A submission from the command line: a file, standard input, flags, or flags over a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from panel.intake import Intake

# The words of `panel.tool.PricingModel`, which takes pydantic to load.
PricingModel = Literal["free", "freemium", "open-source", "paid", "unknown"]

Source = Annotated[
    str | None,
    typer.Argument(metavar="FILE|-", help="A YAML, JSON or Markdown file; - reads standard input."),
]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The tool's name.")]
Tagline = Annotated[str | None, typer.Option("--tagline", metavar="TEXT", help="What it is, in one line.")]
Category = Annotated[str | None, typer.Option("--category", metavar="TEXT", help="What kind of tool it is.")]
Description = Annotated[
    str | None,
    typer.Option("--description", metavar="TEXT|@FILE", help="What it does, as text or from a text file."),
]
PriceModel = Annotated[
    PricingModel | None,
    typer.Option(
        "--pricing-model",
        metavar="MODEL",
        help="How it is sold: free, freemium, open-source, paid or unknown.",
    ),
]
Price = Annotated[
    str | None, typer.Option("--price", metavar="TEXT", help="The entry price, with currency and period.")
]
Licence = Annotated[
    str | None,
    typer.Option("--licence", metavar="TEXT", help="Its licence, as an SPDX identifier if it has one."),
]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Its address; shown, not opened.")]
Facts = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="KEY=VALUE", help="A stated property, as in latency='90 ms'. Repeatable."),
]
Evidence = Annotated[
    list[str] | None,
    typer.Option("--evidence", metavar="FILE", help="A text file with evidence to be cited. Repeatable."),
]


def read(source: str | None, fields: "Mapping[str, Any]", evidence: "Sequence[str]") -> "Intake":
    """Read what was submitted.

    Args:
        source: a file, `-`, or None when the flags say it all.
        fields: the submission's fields given as flags; None for those not given.
        evidence: files to attach.

    Raises:
        InputError: nothing was submitted, or what was cannot be used.
    """
    from panel.intake import read_submission  # noqa: PLC0415 - loads pydantic and the parser of YAML

    given = {key: value for key, value in fields.items() if value not in (None, {})}
    if source is None and not given:
        raise InputError(
            "there is nothing to review",
            "Name a file, pass - for standard input, or describe the tool with --name and --description.",
        )
    for address in filter(None, (source, *evidence)):
        if "://" in address:
            raise InputError(
                f"{address}: an address cannot be read",
                "Save the page's text in a file and pass the file; --url records where it came from.",
            )
    return read_submission(source, overrides=given, evidence=[Path(path) for path in evidence])


def pricing(model: str | None, entry: str | None) -> dict[str, str]:
    """Build the `pricing` field from its two flags."""
    return {key: value for key, value in (("model", model), ("entry", entry)) if value is not None}


def description(given: str | None) -> str | None:
    """Return the description, read from a file when it is given as `@FILE`.

    Raises:
        InputError: the file cannot be read.
    """
    if given is None or not given.startswith("@"):
        return given
    from panel.document import decode, display_name, read_bytes  # noqa: PLC0415 - loads the parser of YAML

    name = display_name(given[1:])
    return decode(read_bytes(given[1:]), name=name)


def facts(entries: "Sequence[str]") -> dict[str, str]:
    """Read `KEY=VALUE` entries.

    Raises:
        InputError: an entry is not of that form, or a key stands there twice.
    """
    table: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        key = key.strip()
        if not (equals and key and value.strip()):
            raise InputError(
                f"--fact: {entry!r} is not of the form KEY=VALUE", "Write --fact latency='90 ms'."
            )
        if key in table:
            raise InputError(f"--fact: {key!r} is given twice", "Give each fact once.")
        table[key] = value.strip()
    return table
