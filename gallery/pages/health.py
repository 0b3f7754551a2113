"""The health page: what was looked at, the last check of everything, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from gallery.health import Figures, Finding, LastCheck, figures, findings, last_check


@dataclass(frozen=True, slots=True)
class HealthPage:
    findings: tuple[Finding, ...]
    check: LastCheck | None
    figures: Figures

    @property
    def is_well(self) -> bool:
        return all(finding.is_well for finding in self.findings) and not self.is_damaged

    @property
    def is_damaged(self) -> bool:
        return self.check is not None and self.check.totals.get("damaged", 0) > self.check.totals.get(
            "repaired", 0
        )

    @property
    def kept_share(self) -> int | None:
        """Of the uploaded bytes, in percent; None where nothing was uploaded."""
        uploaded = self.figures.uploaded_bytes
        return round(100 * self.figures.kept_bytes / uploaded) if uploaded else None


def health_page() -> HealthPage:
    return HealthPage(tuple(findings()), last_check(), figures(timezone.now()))
