"""Find many phrases in a sentence at once.

Phrases are kept in a tree, word by word, so that the cost grows with the length of the sentence and hardly
with the number of phrases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from panel.reviewers.rubric.statements import FIGURE, NAME, NEGATORS, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.reviewers.rubric.statements import Word

Meaning = TypeVar("Meaning")

GAP = "…"
GAP_REACH = 5
"""How many words `…` may stand for; none of them denies, and all are in one clause."""
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
        self._openings: dict[tuple[str, str, bool], tuple[_Node[Meaning], ...]] = {}
        for phrase, meaning in phrases:
            node = self._root
            for atom in atoms_of(phrase):
                node = node.child(atom)
            node.meanings.append(meaning)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[Meaning, int, int]]:
        """Yield each meaning found with the position of its first word and the one after its last."""
        openings = self._openings
        for at, word in enumerate(words):
            nodes = openings.get((word.folded, word.kind, word.titled))
            if nodes is None:
                nodes = self._open(word)
            for node in nodes:
                for meaning, end in _walk(node, words, at + 1):
                    yield meaning, at, end

    def _open(self, word: Word) -> tuple[_Node[Meaning], ...]:
        """Find the phrases that begin with a word; remembered, as texts share most of their words."""
        root, text = self._root, word.folded
        stems = (text[:length] for length in range(1, len(text) + 1))
        nodes = (
            *(root.words[atom] for atom in (text, word.kind) if atom in root.words),
            *(root.stems[stem] for stem in stems if stem in root.stems and not word.titled),
        )
        if len(self._openings) < _REMEMBERED:
            self._openings[text, word.kind, word.titled] = nodes
        return nodes


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
    for atom in (word.folded, word.kind):
        child = node.words.get(atom)
        if child is not None:
            yield from _walk(child, words, at + 1)
    for stem, child in node.stems.items():
        if word.folded.startswith(stem):
            yield from _walk(child, words, at + 1)
