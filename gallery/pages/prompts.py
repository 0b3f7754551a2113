"""Prompts as they are shown, and what changed from one to the next."""

from __future__ import annotations

from typing import NamedTuple

from gallery.mojibake import repaired, repaired_beginning
from gallery.worddiff import Run, word_diff

PROMPT_CHARACTERS = 20_000


class ShownPrompt(NamedTuple):
    """The beginning of a prompt, misread UTF-8 repaired; empty where the transcript holds none."""

    text: str
    is_cut: bool = False
    is_repaired: bool = False


class PromptDiff(NamedTuple):
    """`runs` are what was kept, removed and added, or empty where `sentence` says what there is to say instead.

    `is_cut` where only the beginnings were compared.
    """

    runs: tuple[Run, ...]
    sentence: str
    is_cut: bool


def shown_prompt(prompt: str | None) -> ShownPrompt:
    """Of a whole prompt, or of at least its first `PROMPT_CHARACTERS` + 1 characters."""
    if not prompt:
        return ShownPrompt("")
    is_cut = len(prompt) > PROMPT_CHARACTERS
    better = repaired(prompt) or (repaired_beginning(prompt[:PROMPT_CHARACTERS]) if is_cut else None)
    text = better or prompt
    return ShownPrompt(text[:PROMPT_CHARACTERS], is_cut=is_cut, is_repaired=better is not None)


def prompt_diff(earlier: ShownPrompt, later: ShownPrompt) -> PromptDiff:
    is_cut = earlier.is_cut or later.is_cut
    if not earlier.text.strip() or not later.text.strip():
        missing = (
            "either picture" if earlier.text.strip() == later.text.strip() else "one of the two pictures"
        )
        return PromptDiff((), f"The transcripts hold no prompt for {missing}.", is_cut=False)
    found = word_diff(earlier.text, later.text)
    if found.is_too_long:
        return PromptDiff((), "The prompts are too long and too different to compare word by word.", is_cut)
    if found.is_same:
        beginnings = "The beginnings of the prompts are the same." if is_cut else "The prompts are the same."
        return PromptDiff((), beginnings, is_cut)
    return PromptDiff(found.runs, "", is_cut)
