"""What the fields of a submission may hold: lengths, counts, keys and addresses.

Lengths are counted after NFKC, on the text as `visible` shows it, so that neither ligatures nor
invisible characters slip past a limit. A text four times too long is refused unread.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from panel.text import MARKER, clip, slug_of, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMITS = {
    "name": 120,
    "tagline": 200,
    "category": 60,
    "licence": 120,
    "url": 2_000,
    "description": 20_000,
    "pricing.entry": 200,
    "facts.*.value": 500,
    "facts.*.unit": 80,
    "facts.*.source": 300,
    "evidence.*.title": 200,
    "evidence.*.source": 300,
    "evidence.*.date": 40,
    "evidence.*.text": 8_000,
}
"""Characters allowed in each text; `*` stands for a fact's key or an item's id."""
REQUIRED = frozenset(("name", "description", "facts.*.value", "evidence.*.text"))
"""Texts that may not be blank."""
MULTILINE = frozenset(("description", "evidence.*.text"))
"""Texts of several lines; all others are one line."""
FACTS = 60
FACT_KEY = re.compile(r"[^\W\d_]\w{0,39}")
EVIDENCE = 20

_NOT_IN_URL = re.compile(r"[\s<>\"\\^`{|}]")


def check_limits(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Check lengths, counts, blanks, fact keys and evidence ids of a submission in its long form."""
    problems = [
        problem
        for label, rule, text in _texts(fields)
        if rule in LIMITS and (problem := length_problem(label, rule, text))
    ]
    for field, most in (("facts", FACTS), ("evidence", EVIDENCE)):
        items = fields.get(field)
        if isinstance(items, (dict, list)) and len(items) > most:
            problems.append(f"{field}: has {len(items)} entries; at most {most} are allowed")
    return (*problems, *_key_problems(fields.get("facts")), *_id_problems(fields.get("evidence")))


def check_slug(slug: object) -> tuple[str, ...]:
    """Refuse a slug that a file system or a published site keeps for itself."""
    if isinstance(slug, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and slug_of(slug) != slug:
        return (f"slug: {clip(slug, 60)!r} is reserved or too long; leave it out, or choose another",)
    return ()


def check_url(url: object) -> tuple[str, ...]:
    """Accept an address to be linked to, never fetched: http or https, a host, and no user or password."""
    if not isinstance(url, str) or not url:
        return ()
    problem = ""
    if not url.lower().startswith(("http://", "https://")):
        problem = "must begin with https:// or http://"
    elif MARKER.search(visible(url)) or _NOT_IN_URL.search(url):
        problem = "holds a space, a control character or another character no address has"
    else:
        problem = _host_problem(url)
    return (f"url: {problem}",) if problem else ()


def shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with every text made visible."""
    return {field: _shown(value, (field,)) for field, value in fields.items()}


def _host_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a valid address"
    if not host:
        return "names no host"
    return "must not hold a user name or password" if "@" in parts.netloc else ""


def rule_of(path: tuple[str, ...]) -> str:
    """Reduce a path to the form `LIMITS` is keyed by: `facts.latency.value` is `facts.*.value`."""
    return ".".join((path[0], "*", *path[2:])) if path[0] in {"facts", "evidence"} else ".".join(path)


def _shown(node: object, path: tuple[str, ...]) -> object:
    if isinstance(node, str):
        return visible(node, multiline=rule_of(path) in MULTILINE)
    if isinstance(node, dict):
        return {key: _shown(value, (*path, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_shown(value, (*path, "*")) for value in node]
    return node


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Walk over the texts of a submission: where, under which rule, what."""
    for field, value in fields.items():
        if isinstance(value, str):
            yield field, field, value
        elif field == "pricing" and isinstance(value, dict):
            yield from (
                (f"{field}.{key}", f"{field}.{key}", text)
                for key, text in value.items()
                if isinstance(text, str)
            )
        elif field in {"facts", "evidence"}:
            yield from _texts_of_items(field, value)


def _texts_of_items(field: str, items: object) -> Iterator[tuple[str, str, str]]:
    named: list[tuple[object, object]] = []
    if isinstance(items, dict):
        named = list(items.items())
    elif isinstance(items, list):
        named = [(item.get("id") if isinstance(item, dict) else None, item) for item in items]
    for place, (name, item) in enumerate(named, 1):
        label = clip(visible(name), 60) if isinstance(name, str) else f"#{place}"
        for key, text in item.items() if isinstance(item, dict) else ():
            if isinstance(text, str):
                yield f"{field}.{label}.{key}", f"{field}.*.{key}", text


def length_problem(label: str, rule: str, text: str) -> str:
    """Say what is wrong with the length of a text under a rule of `LIMITS`; empty when nothing is."""
    most = LIMITS[rule]
    length = len(text)
    if length <= 4 * most:
        plain = visible(text, multiline=rule in MULTILINE)
        if rule in REQUIRED and not MARKER.sub("", plain).strip():
            return f"{label}: is empty"
        length = len(unicodedata.normalize("NFKC", plain))
    return f"{label}: has {length:,} characters; at most {most:,} are allowed" if length > most else ""


def _key_problems(facts: object) -> tuple[str, ...]:
    keys = facts if isinstance(facts, dict) else ()
    return tuple(
        f"facts: {clip(visible(key), 60)!r} is not a key; use up to 40 letters, digits and _, a letter first"
        for key in keys
        if not FACT_KEY.fullmatch(key)
    )


def _id_problems(evidence: object) -> tuple[str, ...]:
    items = evidence if isinstance(evidence, list) else ()
    ids = [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    return tuple(f"evidence: the id {clip(visible(name), 60)!r} stands there twice" for name in twice)
