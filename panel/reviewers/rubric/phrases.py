"""Find many phrases in a sentence at once.

Phrases are kept in a tree, word by word, so that the cost grows with the length of the sentence and hardly
with the number of phrases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from panel.reviewers.rubric.statements import NEGATORS, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.reviewers.rubric.statements import Word

Meaning = TypeVar("Meaning")

GAP, FIGURE, NAME = "…", "#", "@"
GAP_REACH = 5
"""How many words `…` may stand for; none of them denies, and all are in one clause."""
NOT_NAMES = frozenset(
    """
    a an the it its this that these those we our i my they their you your he she one no not nothing nobody
    each every all any some most many both either neither in on at by for from to with without of as if when
    while where what who why how there here and or but so yet only also then than now today reviews
    alternatives
    """.split()
)
"""Words that are capitalised for where they stand."""
_REMEMBERED = 20_000
"""Words whose stems are remembered; more than the vocabulary of most days."""


@dataclass
class _Node(Generic[Meaning]):
    words: dict[str, _Node[Meaning]] = field(default_factory=dict)
    stems: dict[str, _Node[Meaning]] = field(default_factory=dict)
    meanings: list[Meaning] = field(default_factory=list)
    """What the phrases mean that end here."""

    def child(self, atom: str) -> _Node[Meaning]:
        """Return the node after one more atom, made when it is new."""
        if atom.endswith("*"):
            return self.stems.setdefault(atom[:-1], _Node())
        return self.words.setdefault(atom, _Node())


class PhraseTree(Generic[Meaning]):
    """Phrases with a meaning each; see `Signal.finds` for how a phrase is written."""

    def __init__(self, phrases: Iterator[tuple[str, Meaning]]) -> None:
        self._root: _Node[Meaning] = _Node()
        self._openings: dict[str, tuple[_Node[Meaning], ...]] = {}
        for phrase, meaning in phrases:
            node = self._root
            for atom in atoms_of(phrase):
                node = node.child(atom)
            node.meanings.append(meaning)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[Meaning, int, int]]:
        """Yield each meaning found with the position of its first word and the one after its last."""
        for at, word in enumerate(words):
            for node in self._open(word):
                for meaning, end in _walk(node, words, at + 1):
                    yield meaning, at, end

    def _open(self, word: Word) -> Iterator[_Node[Meaning]]:
        """Find the phrases that begin with a word; remembered, as texts share most of their words."""
        opened = self._openings.get(word.folded)
        if opened is None:
            root, text = self._root, word.folded
            whole = [root.words[text]] if text in root.words else []
            stems = [root.stems[text[:n]] for n in range(1, len(text) + 1) if text[:n] in root.stems]
            opened = (*whole, *stems)
            if len(self._openings) < _REMEMBERED:
                self._openings[text] = opened
        yield from opened
        special = self._root.words.get(_kind(word))
        if special is not None:
            yield special


def atoms_of(phrase: str) -> tuple[str, ...]:
    """Split a phrase into what it asks of successive words."""
    atoms: list[str] = []
    for piece in phrase.casefold().split():
        if piece in (GAP, FIGURE, NAME):
            atoms.append(piece)
            continue
        words = [match.group() for match in WORD.finditer(piece)]
        if piece.endswith("*") and words:
            words[-1] += "*"
        atoms.extend(words)
    return tuple(atoms)


def _walk(node: _Node[Meaning], words: Sequence[Word], at: int) -> Iterator[tuple[Meaning, int]]:
    """Yield what the phrases mean that go on from a node, with the position after their last word."""
    for meaning in node.meanings:
        yield meaning, at
    if at < len(words):
        yield from _step(node, words, at)
    gap = node.words.get(GAP)
    if gap is not None:
        for skipped in range(min(GAP_REACH + 1, len(words) - at)):
            if skipped and words[at + skipped - 1].folded in NEGATORS:
                break
            if words[at + skipped].clause != words[at - 1].clause:
                break
            yield from _step(gap, words, at + skipped)


def _step(node: _Node[Meaning], words: Sequence[Word], at: int) -> Iterator[tuple[Meaning, int]]:
    word = words[at]
    for atom in (word.folded, _kind(word)):
        child = node.words.get(atom)
        if child is not None:
            yield from _walk(child, words, at + 1)
    for stem, child in node.stems.items():
        if word.folded.startswith(stem):
            yield from _walk(child, words, at + 1)


def _kind(word: Word) -> str:
    """The atom that a word satisfies by its shape: a figure, a name, or none."""
    first = word.text[0]
    if first.isdigit():
        return FIGURE
    return NAME if first.isupper() and word.folded not in NOT_NAMES else ""
