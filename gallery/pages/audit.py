"""The audit: who did what, for those who look after the gallery."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gallery.audit import WORDS
from gallery.models import AuditEntry
from gallery.models.people import AuditQuerySet
from gallery.pages.words import FORMULA_STARTS

PAGE_SIZE = 50
CSV_BATCH = 1_000
MOST_PEOPLE = 500
NOBODY = "(nobody)"
"""No name of an account: those have no brackets."""
COLUMNS = ("time (UTC)", "person", "action", "kind", "key", "name", "address", "details")
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`problem` says what of the address could not be understood; that is left out."""

    person: str = ""
    action: str = ""
    day: date | None = None
    problem: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        given = {
            "person": self.person,
            "action": self.action,
            "day": self.day.isoformat() if self.day else "",
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """`href` leads to what it was done to, where there is a page of it."""

    done_at: datetime
    person: str
    words: str
    name: str
    href: str
    address: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditListPage:
    rows: tuple[AuditRow, ...]
    filters: AuditFilters
    people: tuple[str, ...]
    actions: tuple[tuple[str, str], ...]
    is_first: bool
    next_href: str
    csv_href: str
    nobody: str = NOBODY


def read_audit_filters(values: Mapping[str, str]) -> AuditFilters:
    """From an address: `person`, `action`, `day`. What cannot be meant is left out and said."""
    person = values.get("person", "").replace("\0", "")[:150]
    action, day, problems = values.get("action", ""), None, []
    if action and action not in WORDS:
        problems.append("There is no such action.")
        action = ""
    if text := values.get("day", ""):
        try:
            day = date.fromisoformat(text)
            _bounds(day)
        except (ValueError, OverflowError):
            day = None
            problems.append("A day is written as 2026-11-21.")
    return AuditFilters(person, action, day, " ".join(problems))


def audit_list_page(filters: AuditFilters, *, before: str | None) -> AuditListPage:
    """Newest first, after the entry with the key `before`; what is none gives the beginning. In three queries, or four
    where `before` or a person is given."""
    last = _entry(before)
    entries = list(_entries(filters, last)[: PAGE_SIZE + 1])
    shown = entries[:PAGE_SIZE]
    href = reverse("gallery:audit_list")
    parameters = filters.parameters
    people = User.objects.order_by("username").values_list("username", flat=True)[:MOST_PEOPLE]
    return AuditListPage(
        rows=tuple(_row(entry) for entry in shown),
        filters=filters,
        people=tuple(people),
        actions=tuple(WORDS.items()),
        is_first=last is None,
        next_href=f"{href}?{urlencode({**parameters, 'before': shown[-1].pk})}"
        if len(entries) > PAGE_SIZE
        else "",
        csv_href=f"{reverse('gallery:audit_csv')}{'?' if parameters else ''}{urlencode(parameters)}",
    )


def audit_csv_lines(filters: AuditFilters) -> Iterator[str]:
    """All that the filters leave, a line at a time, newest first; read in short questions, each of a thousand."""
    yield _line(COLUMNS)
    last = None
    while True:
        entries = list(_entries(filters, last)[:CSV_BATCH])
        for entry in entries:
            yield _line(
                (
                    f"{entry.done_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
                    entry.actor_name,
                    entry.action,
                    entry.object_type,
                    entry.object_id,
                    entry.object_name,
                    entry.address or "",
                    json.dumps(entry.details, ensure_ascii=False) if entry.details else "",
                )
            )
        if len(entries) < CSV_BATCH:
            return
        last = entries[-1]


def _entries(filters: AuditFilters, last: AuditEntry | None) -> AuditQuerySet:
    """Each way of asking walks one of the table's indexes from its newest end."""
    entries: AuditQuerySet = AuditEntry.objects.all()
    if filters.person == NOBODY:
        entries = entries.filter(actor=None)
    elif filters.person:
        actor = User.objects.filter(username=filters.person).values_list("pk", flat=True).first()
        entries = entries.filter(actor=actor) if actor else entries.filter(actor_name=filters.person)
    if filters.action:
        entries = entries.filter(action=filters.action)
    if filters.day is None:
        return (entries.filter(pk__lt=last.pk) if last else entries).order_by("-pk")
    start, end = _bounds(filters.day)
    entries = entries.filter(done_at__gte=start, done_at__lt=end)
    if last:
        entries = entries.filter(Q(done_at__lt=last.done_at) | Q(done_at=last.done_at, pk__lt=last.pk))
    return entries.order_by("-done_at", "-pk")


def _bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight where the gallery is."""
    zone = timezone.get_current_timezone()
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    following = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return midnight.astimezone(UTC), following.astimezone(UTC)


def _entry(key: str | None) -> AuditEntry | None:
    if not key or not (key.isascii() and key.isdigit() and len(key) <= 19):
        return None
    return AuditEntry.objects.filter(pk=min(int(key), LARGEST_KEY)).first()


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        done_at=entry.done_at,
        person=entry.actor_name,
        words=WORDS.get(entry.action, entry.action),
        name=entry.object_name,
        href=_href(entry),
        address=entry.address or "",
        details=tuple((str(name), _said(value)) for name, value in entry.details.items()),
    )


def _href(entry: AuditEntry) -> str:
    names = {"image": "gallery:image_detail", "transcript": "gallery:transcript_detail"}
    names |= {"collection": "gallery:collection_detail", "user": "admin:auth_user_change"}
    names |= {"price": "admin:gallery_price_change"}
    if entry.object_type not in names or not entry.object_id.isdigit():
        return ""
    return reverse(names[entry.object_type], args=[int(entry.object_id)])


def _said(value: object) -> str:
    """In short: of many things the first three, of what was found its sentence, of a table its names and figures."""
    if isinstance(value, list):
        more = f" and {len(value) - 3:,} more" if len(value) > 3 else ""
        return ", ".join(_said(each) for each in value[:3]) + more
    if isinstance(value, dict):
        return str(value.get("sentence") or ", ".join(f"{name} {each}" for name, each in value.items()))
    return str(value)


def _line(cells: tuple[str, ...]) -> str:
    """With no cell that a spreadsheet would take for a formula."""
    file = io.StringIO()
    csv.writer(file).writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells])
    return file.getvalue()
