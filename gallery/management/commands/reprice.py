"""`manage.py reprice`: what pictures and chat models cost, reckoned anew by today's prices, and said."""

from __future__ import annotations

import argparse
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from gallery.pages.words import plain_decimal
from gallery.price_history import record_repriced
from gallery.repricing import Totals, reprice, reprice_chat


class Command(BaseCommand):
    help = (
        "Reckon what pictures and chat models cost anew by the prices in force, and say what changes. Without it a "
        "new price is for what comes later."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=_day,
            metavar="DATE",
            help="Only pictures generated from this day on (UTC): 2026-05-15.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; say what would change.")

    def handle(self, *, since: date | None, dry_run: bool, verbosity: int, **options: Any) -> None:
        totals, chat = Totals(), Totals()
        try:
            for part in reprice(since=since, is_dry_run=dry_run):
                totals.add(part)
                if verbosity > 1:
                    for change in part.changes:
                        self.stdout.write(f"picture {change.image_id}: {_change(change.was, change.now)}")
            for chat_part in reprice_chat(since=since, is_dry_run=dry_run):
                chat.add(chat_part)
        finally:  # also where it was stopped half-way: each part is written by itself
            if not dry_run:
                record_repriced((), by=None, since=since, pictures=totals.changed, responses=chat.changed)
        for total in totals.rows:
            pictures = f"{total.count:,} picture{'' if total.count == 1 else 's'}"
            self.stdout.write(
                f"{total.model or 'model unknown'}: {pictures}, {_change(total.was, total.now)}"
            )
        for total in chat.rows:
            responses = f"{total.count:,} response{'' if total.count == 1 else 's'}"
            model = total.model or "unknown"
            self.stdout.write(f"chat model {model}: {responses}, {_change(total.was, total.now)}")
        verb = "would change" if dry_run else "changed"
        self.stdout.write(f"{totals.looked_at:,} looked at, {totals.changed:,} {verb}.")


def _change(was: Decimal | None, now: Decimal | None) -> str:
    before, after = ("unknown" if amount is None else f"${plain_decimal(amount)}" for amount in (was, now))
    return f"{before} by another price" if before == after else f"{before} -> {after}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-05-15.") from None
