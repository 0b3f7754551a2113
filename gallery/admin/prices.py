"""Prices: added, followed by later ones, retired where they were wrong; never changed in place, and never deleted."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from gallery import price_history
from gallery.admin import parts
from gallery.admin.base import page_actions, record
from gallery.admin.filters import yes_or_no
from gallery.admin.parts import column
from gallery.cleaning import BIGINT
from gallery.middleware import client_address
from gallery.models import Price
from gallery.models.pricing import RATE_FIELDS
from gallery.pages.words import parse_size
from gallery.pricing.rates import STAR
from gallery.repricing import CHUNK, Totals, reprice, reprice_chat

PARTS_AT_ONCE = 10
AT_ONCE = PARTS_AT_ONCE * CHUNK
PRICES_AT_ONCE = 50
MOST_PICTURE_TOKENS = 10_000_000
IMAGE_RATES = ("image_in_usd", "cached_image_in_usd", "image_out_usd")
OPEN_TO_CHANGE = ("note", "is_retired")
ABOUT_SAVING = (
    "Saving changes no cost that a picture has: it keeps the price that it came from. Pictures that come later get the "
    "price in force on the day they were generated. To apply it to what is here, use the action “Reprice what was "
    "made from this date on”, or “manage.py reprice --since DATE”. A price that has changed is a new row with a "
    "later date; one that was wrong is retired, and the right one added."
)

if TYPE_CHECKING:
    PriceAdminBase = admin.ModelAdmin[Price]
    PriceFormBase = forms.ModelForm[Price]
else:
    PriceAdminBase = admin.ModelAdmin
    PriceFormBase = forms.ModelForm


class PriceForm(PriceFormBase):
    class Meta:
        model = Price
        fields = "__all__"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip().lower()
        if not name.strip(STAR) or STAR in name.removesuffix(STAR) or any(mark.isspace() for mark in name):
            raise ValidationError(
                "Give a model's name, or its beginning and one star at the end: gpt-image-2.5-*"
            )
        return name

    def clean_picture_tokens(self) -> Any:
        table = self.cleaned_data["picture_tokens"] or {}
        if not _is_token_table(table):
            raise ValidationError(
                'Give whole numbers of tokens by size and quality: {"1024x1024": {"low": 272, "high": 4160}}'
            )
        return table

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in RATE_FIELDS:
            rate = cleaned.get(name)
            if rate is not None and rate < 0:
                self.add_error(name, "A price is not negative.")
            elif rate is not None and name in IMAGE_RATES and cleaned.get("kind") == Price.Kind.CHAT:
                self.add_error(name, "A chat model has no image tokens.")
        if "name" in cleaned and not any(cleaned.get(name) is not None for name in RATE_FIELDS):
            self.add_error(None, "Give at least one price per million tokens.")
        is_change = self.instance.pk is not None
        if is_change and not self.errors and not cleaned.get("is_retired") and self._has_rival(cleaned):
            raise ValidationError("This model has a price from this day on already. Retire that one first.")
        return cleaned

    def _has_rival(self, cleaned: dict[str, Any]) -> bool:
        """Asked here of a change, since the database's own rule is not, where the page leaves its columns out."""
        said = {
            name: cleaned.get(name, getattr(self.instance, name)) for name in ("kind", "name", "valid_from")
        }
        return Price.objects.filter(**said, is_retired=False).exclude(pk=self.instance.pk).exists()


def _is_token_table(table: Any) -> bool:
    return isinstance(table, dict) and all(
        parse_size(size) is not None
        and isinstance(by_quality, dict)
        and all(type(count) is int and 0 < count <= MOST_PICTURE_TOKENS for count in by_quality.values())
        for size, by_quality in table.items()
    )


def _with_cached(rate: Decimal | None, cached: Decimal | None) -> SafeString | str:
    return parts.lines(parts.dollars(rate), f"{parts.dollars(cached)} cached" if cached is not None else "")


@admin.register(Price)
class PriceAdmin(PriceAdminBase):
    """The history of a model's prices is the list of its rows; the audit says who added and retired them."""

    form = PriceForm
    list_display = (
        "name",
        "kind_and_state",
        "valid_from",
        "text_in",
        "image_in",
        column("image_out_usd", "image out", show=parts.dollars),
        column("text_out_usd", "text out", show=parts.dollars),
        "source_in_short",
    )
    list_filter = ("kind", yes_or_no("is_retired", "retired"))
    search_fields = ("name", "source", "note")
    search_help_text = "A model's name, or words of source and note."
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    change_form_template = "admin/gallery/change_form.html"
    actions = ("reprice_pictures",)
    fieldsets = (
        (None, {"fields": ("kind", "name", "valid_from", "is_retired"), "description": ABOUT_SAVING}),
        ("Dollars per million tokens", {"fields": (*RATE_FIELDS, "most_input_tokens")}),
        ("Estimates", {"fields": ("picture_tokens",)}),
        ("Where it comes from", {"fields": ("source", "note")}),
    )

    @admin.display(description="kind")
    def kind_and_state(self, price: Price) -> SafeString | str:
        return parts.lines(price.get_kind_display(), "retired" if price.is_retired else "")

    @admin.display(description="text in")
    def text_in(self, price: Price) -> SafeString | str:
        return _with_cached(price.text_in_usd, price.cached_text_in_usd)

    @admin.display(description="image in")
    def image_in(self, price: Price) -> SafeString | str:
        return _with_cached(price.image_in_usd, price.cached_image_in_usd)

    @admin.display(description="source")
    def source_in_short(self, price: Price) -> SafeString | str:
        """Of an address, whose it is."""
        return parts.isolated(urlsplit(price.source).hostname or price.source, limit=60)

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> Any:
        if obj is None:
            return ()
        return [field.name for field in Price._meta.concrete_fields if field.name not in OPEN_TO_CHANGE]

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: bool) -> None:  # noqa: FBT001
        before = Price.objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        user, address = cast("User", request.user), client_address(request)
        if before is None:
            price_history.record_added(obj, by=user, address=address)
        else:
            price_history.record_changed(obj, before=before, by=user, address=address)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"page_actions": page_actions(self, request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description="Reprice what was made from this date on", permissions=["change"])
    def reprice_pictures(self, request: HttpRequest, queryset: QuerySet[Price]) -> HttpResponse | None:
        """Says what would change, then, asked again, changes it: so many pictures, or responses, at a time."""
        prices = list(queryset[: PRICES_AT_ONCE + 1])
        refusal = _refusal(prices)
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
            return None
        is_chat = prices[0].kind == Price.Kind.CHAT
        is_dry_run = request.POST.get("apply") != "yes"
        days = [price.valid_from for price in prices]
        since = min((day for day in days if day), default=None) if all(days) else None
        after = _whole_number(request.POST.get("after", ""))
        totals, last = Totals(), after
        names = sorted({price.name for price in prices})
        parts_of: Any = reprice_chat if is_chat else reprice
        done = list(
            islice(parts_of(since=since, names=names, after=after, is_dry_run=is_dry_run), PARTS_AT_ONCE)
        )
        for part in done:
            totals.add(part)
            last = part.last_id
        if not is_dry_run and totals.changed:
            record(request, prices, f"Repriced {totals.changed:,} {'responses' if is_chat else 'pictures'}.")
            price_history.record_repriced(
                names,
                by=cast("User", request.user),
                since=since,
                pictures=0 if is_chat else totals.changed,
                responses=totals.changed if is_chat else 0,
                address=client_address(request),
            )
        has_more = len(done) == PARTS_AT_ONCE
        is_earnest_next = not is_dry_run or totals.changed > 0
        button = ("Go on" if not is_dry_run else "Look further") if has_more else ""
        if is_dry_run and totals.changed:
            button = "Reprice them"
        context = {
            **self.admin_site.each_context(request),
            "title": "Reprice responses" if is_chat else "Reprice pictures",
            "is_chat": is_chat,
            "opts": self.opts,
            "names": names,
            "since": since,
            "totals": totals,
            "is_dry_run": is_dry_run,
            "has_more": has_more,
            "button": button,
            "apply": is_earnest_next,
            "after": after if is_earnest_next and is_dry_run else last,
            "at_once": AT_ONCE,
            "selected": [price.pk for price in prices],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/gallery/reprice.html", context)


def _refusal(prices: list[Price]) -> str:
    """Why these are not repriced together; empty if they are."""
    if len(prices) > PRICES_AT_ONCE:
        return f"Choose at most {PRICES_AT_ONCE} prices at once; nothing changed."
    if len({price.kind for price in prices}) > 1:
        return "Choose prices of image models or of chat models, not of both at once; nothing changed."
    return ""


def _whole_number(text: str) -> int:
    return min(int(text), BIGINT) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
