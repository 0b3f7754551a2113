"""The difference between two texts, word by word; Chinese, Japanese and Korean character by character.

Its work is bounded: what two texts begin and end with costs next to nothing, and where what stands between is long and
has little in common it is not compared at all, rather than slowly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, groupby
from typing import Literal, NamedTuple

Change = Literal["kept", "removed", "added"]

MOST_CHARACTERS = 20_000
"""Of both texts together, without what they begin and end with."""
MOST_REPEATS = 20
MOST_WORK = 150_000

# A character is a word of its own where a script has no spaces, with the marks that belong to it; so is a mark of
# punctuation. A word is whatever else stands between white space: `\w` would cut many scripts at their vowel signs.
_APART = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u3098\u309b-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f"
    "\U00020000-\U0003ffff"
)
_PUNCTUATION = (
    r"!-/:-@\[-`{-~"
    "\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u3020\u3030"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_MARKS = "\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
_WORD = re.compile(
    rf"(\s*)([{_APART}][{_MARKS}]*|[{_PUNCTUATION}]|[^\s{_APART}{_PUNCTUATION}]+)|(\s+)",
)
_BY_ITSELF = re.compile(rf"[\s{_APART}{_PUNCTUATION}]")
_MARK = re.compile(f"[{_MARKS}]")


class Run(NamedTuple):
    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class WordDiff:
    """`runs` without the added ones, joined, are the first text; without the removed ones, the second.

    No run is empty, and no two in a row are of one kind. `is_too_long` where the texts were not compared: then there
    are no runs.
    """

    runs: tuple[Run, ...]
    is_too_long: bool = False

    @property
    def is_same(self) -> bool:
        return not self.is_too_long and all(run.change == "kept" for run in self.runs)


def word_diff(first: str, second: str) -> WordDiff:
    """What was removed from `first` and added to it to make `second`."""
    start = _beginning(first, second)
    end = _ending(first[start:], second[start:])
    before, after = first[start : len(first) - end], second[start : len(second) - end]
    if before and after and len(before) + len(after) > MOST_CHARACTERS:
        return WordDiff((), is_too_long=True)
    if before and after:
        between = _compared(_words(before), _words(after))
    else:
        between = [Run("removed", before), Run("added", after)]
    if between is None:
        return WordDiff((), is_too_long=True)
    around = Run("kept", first[:start]), Run("kept", first[len(first) - end :])
    return WordDiff(tuple(_joined([around[0], *between, around[1]])))


def _beginning(first: str, second: str) -> int:
    """How many characters both begin with, up to where in both a word ends."""
    length, beyond = 0, min(len(first), len(second)) + 1
    while beyond - length > 1:
        middle = (length + beyond) // 2
        if first.startswith(second[:middle]):
            length = middle
        else:
            beyond = middle
    if length == len(first) == len(second):
        return length
    while length and not (
        _BY_ITSELF.match(first[length - 1])
        and not _MARK.match(first, length)
        and not _MARK.match(second, length)
    ):
        length -= 1
    return length


def _ending(first: str, second: str) -> int:
    """How many characters both end with, from where in both a word begins."""
    length, beyond = 0, min(len(first), len(second)) + 1
    while beyond - length > 1:
        middle = (length + beyond) // 2
        if first.endswith(second[len(second) - middle :]):
            length = middle
        else:
            beyond = middle
    while length and not _BY_ITSELF.match(first, len(first) - length):
        length -= 1
    return length


class _Word(NamedTuple):
    """A word and the white space before it. White space at the end of a text stands before an empty word."""

    space: str
    word: str


def _words(text: str) -> list[_Word]:
    return [_Word(space or at_end, word) for space, word, at_end in _WORD.findall(text)]


class _Block(NamedTuple):
    """`length` words that are the same, from `at_old` and `at_new` on."""

    at_old: int
    at_new: int
    length: int


def _compared(old: list[_Word], new: list[_Word]) -> list[Run] | None:
    """Runs, perhaps empty and several of a kind; None where finding them would take too long."""
    blocks = _blocks([word.word for word in old], [word.word for word in new])
    if blocks is None:
        return None
    runs: list[Run] = []
    at_old = at_new = 0
    for block in blocks:
        runs.append(Run("removed", _text(old[at_old : block.at_old])))
        runs.append(Run("added", _text(new[at_new : block.at_new])))
        at_old, at_new = block.at_old + block.length, block.at_new + block.length
        for before, after in zip(old[block.at_old : at_old], new[block.at_new : at_new], strict=True):
            if before.space == after.space:
                runs.append(Run("kept", before.space))
            else:
                runs += Run("removed", before.space), Run("added", after.space)
            runs.append(Run("kept", before.word))
    return runs


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[_Block] | None:
    """The longest that both have, then the longest before and after it, and so on, in order; an empty one at the end.

    Words that stand in many places are no reason to look there, but are kept beside words that are.
    """
    counts = Counter(new)
    often = {word for word, count in counts.items() if count > MOST_REPEATS}
    matcher = SequenceMatcher(often.__contains__, old, new, autojunk=False)
    work = [0, *accumulate(2 if word in often else 2 + counts[word] for word in old)]
    allowed = MOST_WORK
    found = [_Block(len(old), len(new), 0)]
    spans = [(0, len(old), 0, len(new))]
    while spans:
        old_start, old_end, new_start, new_end = spans.pop()
        allowed -= work[old_end] - work[old_start]
        if allowed < 0:
            return None
        block = _Block(*matcher.find_longest_match(old_start, old_end, new_start, new_end))
        if not block.length:
            continue
        found.append(block)
        if old_start < block.at_old and new_start < block.at_new:
            spans.append((old_start, block.at_old, new_start, block.at_new))
        old_on, new_on = block.at_old + block.length, block.at_new + block.length
        if old_on < old_end and new_on < new_end:
            spans.append((old_on, old_end, new_on, new_end))
    return sorted(found)


def _text(words: Iterable[_Word]) -> str:
    return "".join(f"{word.space}{word.word}" for word in words)


def _joined(runs: Iterable[Run]) -> Iterable[Run]:
    """One run for all that was kept in a row; between them one of all that was removed and one of all that was added.
    The space that both of these begin with is kept."""
    kept = ""
    for is_kept, group in groupby(_full(*runs), key=lambda run: run.change == "kept"):
        some = list(group)
        if is_kept:
            kept += "".join(run.text for run in some)
            continue
        removed = "".join(run.text for run in some if run.change == "removed")
        added = "".join(run.text for run in some if run.change == "added")
        space = removed[: len(removed) - len(removed.lstrip())]
        if added.startswith(space):
            kept += space
            removed, added = removed[len(space) :], added[len(space) :]
        if removed or added:
            yield from _full(Run("kept", kept), Run("removed", removed), Run("added", added))
            kept = ""
    yield from _full(Run("kept", kept))


def _full(*runs: Run) -> Iterable[Run]:
    return (run for run in runs if run.text)
