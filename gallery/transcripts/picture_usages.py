"""Usage that pictures of an Images API answer tell each for itself: whose it is, and what the answer's is then.

`output_tokens` of an event is published as the tokens in its picture; proxies repeat a total there, or tell it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gallery.transcripts.numbers import read_image_usage, sum_image_usages


@dataclass(slots=True)
class SettledUsages:
    """`whole` is the answer's own usage; where there is none, it is the sum of `summed`. `sentences` say what is
    doubtful."""

    whole: Any = None
    summed: list[Any] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def settle_usages(usages: Sequence[Any], whole: Any = None, *, may_repeat: bool = False) -> SettledUsages:  # noqa: ANN401
    """Of what each picture tells, None where it is silent, and of what the answer says besides.

    `may_repeat` says that equal ones can be one total repeated, as in events.
    """
    told = [usage for usage in usages if isinstance(usage, dict) and usage]
    if isinstance(whole, dict) and whole:
        return SettledUsages(whole, sentences=list(_contradiction(usages, whole)))
    if not told:
        return SettledUsages(whole)
    if len(usages) == 1:
        return SettledUsages(told[0])
    if len(told) == 1:
        return SettledUsages(
            told[0],
            sentences=[
                f"Only one of {len(usages)} pictures tells a usage: it is taken for that of all of them."
            ],
        )
    if may_repeat and len(told) == len(usages) and all(usage == told[0] for usage in told):
        return SettledUsages(
            told[0],
            sentences=[
                f"All {len(usages)} pictures tell the same usage: it is taken for that of all of them, once."
            ],
        )
    silent = len(usages) - len(told)
    sentence = f"{len(told)} pictures tell each a usage of its own; that of the response is their sum."
    if silent:
        sentence = f"{silent} of {len(usages)} pictures tell no usage: what all of them used is not known."
    return SettledUsages(summed=list(usages), sentences=[sentence])


def _contradiction(usages: Sequence[Any], whole: dict[str, Any]) -> list[str]:
    summed = sum_image_usages(read_image_usage(usage, "", []) for usage in usages)
    said = read_image_usage(whole, "", [])
    if summed is None or said is None:
        return []
    for name in ("output_tokens", "total_tokens"):
        parts, all_of_them = getattr(summed, name), getattr(said, name)
        if parts is not None and all_of_them is not None and parts != all_of_them:
            return [
                f"`usage` says {all_of_them:,} {name}, the pictures together {parts:,}: the response's is believed."
            ]
    return []
