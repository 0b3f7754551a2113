"""The health page: what was looked at, the check of everything, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.utils import timezone

from gallery.health import Activity, Figures, Finding, activity, figures, findings
from gallery.pages.archive_check import ArchiveCheck, archive_check


@dataclass(frozen=True, slots=True)
class CheckPart:
    """What of the page changes while a check runs, and once it has ended. `announced` is said aloud."""

    findings: tuple[Finding, ...]
    check: ArchiveCheck
    announced: str = ""

    @property
    def in_words(self) -> str:
        is_well = all(finding.is_well for finding in self.findings) and not self.check.is_damaged
        return "All is well." if is_well else "Something needs looking after."


@dataclass(frozen=True, slots=True)
class HealthPage(CheckPart):
    activity: Activity = field(kw_only=True)
    figures: Figures = field(kw_only=True)

    @property
    def kept_share(self) -> int | None:
        """Of the uploaded bytes, in percent; None where nothing was uploaded."""
        uploaded = self.figures.uploaded_bytes
        return round(100 * self.figures.kept_bytes / uploaded) if uploaded else None


def health_page() -> HealthPage:
    now = timezone.now()
    return HealthPage(tuple(findings()), archive_check(), activity=activity(now), figures=figures(now))


def check_part(*, is_asked_for: bool, problem: str = "") -> CheckPart:
    """To show in place of what the page says of a check: one was running when the page was read, or `is_asked_for` now
    and could not begin because of `problem`. What else is looked at takes its time, and so comes with its end alone."""
    check = archive_check(problem=problem)
    if check.running is not None:
        return CheckPart((), check, "The check has begun." if is_asked_for else "")
    part = CheckPart(tuple(findings()), check)
    return part if problem else replace(part, announced=f"The check has ended. {part.in_words}")
