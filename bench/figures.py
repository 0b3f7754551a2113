"""What a measurement gives: figures with the targets they are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

TIMES = "\N{MULTIPLICATION SIGN}"
MISSED = "**missed**"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. Without a `target` it is told for information only."""

    what: str
    value: float
    unit: str = ""
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    @property
    def value_in_words(self) -> str:
        return _in_words(self.value, self.unit)

    @property
    def target_in_words(self) -> str:
        if self.target is None:
            return ""
        return f"{'at most' if self.better == 'lower' else 'at least'} {_in_words(self.target, self.unit)}"

    @property
    def verdict(self) -> str:
        return {True: "met", False: MISSED, None: ""}[self.is_met]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _in_words(value: float, unit: str) -> str:
    if unit == "times":
        return f"{value:.2f}{TIMES}" if value < 10 else f"{value:.1f}{TIMES}"
    digits = 0 if float(value).is_integer() else 2 if abs(value) < 10 else 1
    return f"{value:,.{digits}f} {unit}".strip()
