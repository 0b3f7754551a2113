"""Texts whose words are as common and as rare as in a language: the second most common word half as often as the first,
and so on down to words that hardly ever come (Zipf's law)."""

from __future__ import annotations

import itertools
from random import Random

from gallery.demo import calls, conversations, drawing

WORDS = 30_000
RARE = "quizzaciously"
"""Only where it is planted."""
NEVER = "xylophagous"
_ONSETS = "b br c ch d dr f fl g gl h j k kl l m n p pl qu r s sh st str t th tr v w z".split()
_RIMES = "a al an ar ast e el en er est i il in ir ist o ol on or ost u ul un ur".split()
_PALETTES, _SUBJECTS = sorted(drawing.PALETTES), sorted(drawing.SCENES)
_HOUSE_PROMPTS = 200
_LONGEST = 220


def _vocabulary() -> list[str]:
    """The most common word first."""
    chance = calls.chance("vocabulary")
    found = dict.fromkeys(conversations.COMMON_WORDS.split())
    while len(found) < WORDS:
        word = "".join(
            chance.choice(_ONSETS) + chance.choice(_RIMES) for _ in range(chance.choice((2, 2, 3, 3, 4)))
        )
        found.setdefault(word)
    return list(found)


VOCABULARY = _vocabulary()
_WEIGHTS = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(WORDS)))


def prompt(random: Random, *, is_rare: bool = False) -> str:
    """A prompt as image tools are given and give back: a scene, then what else is wanted; 60 words or so."""
    scene = conversations.prompt(random, random.choice(_SUBJECTS), random.choice(_PALETTES))
    wanted = _sentences(random, min(_LONGEST, int(random.lognormvariate(3.2, 0.7))))
    return f"{scene} {wanted}{f' {RARE.capitalize()}.' if is_rare else ''}"


def house_prompt(random: Random) -> str:
    """One of a few that a team uses again and again."""
    return prompt(calls.chance("house prompt", random.randrange(_HOUSE_PROMPTS)))


def reply(random: Random) -> str | None:
    """What the model says beside the picture; often nothing."""
    if random.random() < 0.4:
        return None
    return conversations.reply(random, random.choice(_SUBJECTS), random.choice(_PALETTES))


def _sentences(random: Random, length: int) -> str:
    words = random.choices(VOCABULARY, cum_weights=_WEIGHTS, k=max(4, length))
    pieces = []
    while words:
        cut = random.randint(4, 14)
        pieces.append(" ".join(words[:cut]).capitalize())
        words = words[cut:]
    return ". ".join(pieces) + "."
