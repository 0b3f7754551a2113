"""What lists and pages of raw facts have in common: nothing to type over, a cost that rows do not raise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import smart_split, unescape_string_literal

from gallery.admin.filters import ROW_NUMBER

PAGES_AHEAD = 10
LAST_PAGE = 100_000_000  # what lies beyond is no number of rows that a database counts to
SEARCH_WINDOW = 20_000
INLINE_ROWS = 50
SHA256 = re.compile(r"[0-9a-f]{6,64}")

if TYPE_CHECKING:
    AdminBase = admin.ModelAdmin[Any]
    InlineBase = admin.TabularInline[Any, Any]
    FormSetBase = BaseInlineFormSet[Any, Any, Any]
    PaginatorBase = Paginator[Any]
else:
    AdminBase = admin.ModelAdmin
    InlineBase = admin.TabularInline
    FormSetBase = BaseInlineFormSet
    PaginatorBase = Paginator


class WindowPaginator(PaginatorBase):
    """Counts to a few pages beyond the one asked for: counting a whole table costs what it holds."""

    page_wanted = 1

    @property
    def window(self) -> int:
        return (self.page_wanted + PAGES_AHEAD) * self.per_page

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        counted: int = rows.order_by().values("pk")[: self.window + 1].count()
        return min(counted, self.window)

    @cached_property
    def has_more(self) -> bool:
        """There may be rows beyond the window: it is full."""
        return self.count == self.window


def page_actions(model_admin: AdminBase, request: HttpRequest) -> list[tuple[str, str]]:
    """The list's actions, for buttons on the page of one row. They post to the list as its own form does."""
    choices = model_admin.get_action_choices(request, [])
    return [(name, str(words)) for name, words in choices if name != "delete_selected"]


def record(request: HttpRequest, rows: Iterable[Any], message: str) -> None:
    """Puts what was done into the history of each row."""
    done = list(rows)
    if done and request.user.pk is not None:
        LogEntry.objects.log_actions(request.user.pk, done, CHANGE, message)


class FactChangeList(ChangeList):
    """Leaves columns that no list shows in the database (some hold megabytes) and adds those it computes."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        facts: Any = self.model_admin
        with_columns: QuerySet[Any] = facts.changelist_columns(rows.defer(*facts.deferred_in_list))
        return with_columns


class FactAdmin(AdminBase):
    """Rows that come from transcripts: looked at, searched and filtered, never edited.

    A search for what looks like an id or a hash goes by index over everything. Words are looked for in
    `search_fields` of the newest `SEARCH_WINDOW` of the rows that the filters leave, so narrowing by date
    reaches the older ones.
    """

    ordering = ("-pk",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = WindowPaginator
    view_on_site = (
        False  # pages link to the gallery themselves; the admin would look up a content type for each
    )
    change_form_template = "admin/gallery/change_form.html"

    deferred_in_list: tuple[str, ...] = ()
    id_fields: tuple[str, ...] = ()
    sha256_fields: tuple[str, ...] = ()
    is_numbered = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_care_permission(self, request: HttpRequest) -> bool:
        """Whether the user holds the model's change permission, which opens its actions and not its facts."""
        return super().has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"page_actions": page_actions(self, request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **said: Any) -> HttpResponse:
        row, offered = said.get("obj"), context.get("page_actions", [])
        fitting = [(name, words) for name, words in offered if row is None or self.is_fitting(name, row)]
        return super().render_change_form(request, {**context, "page_actions": fitting}, *args, **said)

    def is_fitting(self, action: str, row: Any) -> bool:
        """Whether the page of a row has a button for that action: there is none for what changes nothing."""
        return True

    def changelist_columns(self, rows: QuerySet[Any]) -> Any:
        """The list's rows with what only the list shows."""
        return rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FactChangeList

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> Any:
        paginator = WindowPaginator(queryset, per_page, *args, **kwargs)
        page = request.GET.get(PAGE_VAR, "")
        paginator.page_wanted = min(int(page), LAST_PAGE) if ROW_NUMBER.fullmatch(page) else 1
        return paginator

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        for condition in self.names(term):
            named = queryset.filter(condition)
            if named.exists():
                return named, False
        oldest = queryset.order_by("-pk").values_list("pk", flat=True)[SEARCH_WINDOW - 1 : SEARCH_WINDOW]
        found = queryset.filter(self.words(term))
        for pk in oldest:
            found = found.filter(pk__gte=pk)
        return found, False

    def names(self, term: str) -> Iterator[Q]:
        """What `term` may name, one by one: joined by OR, the conditions would cost each other their indexes.

        A row's number, an id, or a hash, which may be cut short after six digits.
        """
        if self.is_numbered and ROW_NUMBER.fullmatch(term):
            yield Q(pk=int(term))
        if SHA256.fullmatch(term.lower()):
            for name in self.sha256_fields:
                # A range, because SQLite does not use an index for LIKE.
                yield Q(**{f"{name}__gte": term.lower(), f"{name}__lt": term.lower() + "g"})
        for name in self.id_fields:
            yield Q(**{name: term})

    def words(self, term: str) -> Q:
        """Rows in which each word, or each quoted phrase, stands in one of `search_fields`."""
        condition = Q()
        for word in smart_split(term):
            wanted = unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] else word
            # `pk__in=[]` matches nothing, so it starts a chain of ORs.
            anywhere = Q(pk__in=[])
            for name in self.search_fields:
                anywhere |= Q(**{f"{name}__icontains": wanted})
            condition &= anywhere
        return condition


class BoundedFormSet(FormSetBase):
    """The first `INLINE_ROWS` rows. One more is fetched, to know whether there are more."""

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_shown"):
            rows = list(super().get_queryset()[: INLINE_ROWS + 1])
            self.is_cut = len(rows) > INLINE_ROWS
            self._shown = rows[:INLINE_ROWS]
        return self._shown  # type: ignore[return-value]


class FactInline(InlineBase):
    """Rows of another model on a page, to look at; the page links to the list of all of them."""

    formset = BoundedFormSet
    template = "admin/gallery/inline_rows.html"
    extra = 0
    view_on_site = False
    can_delete = False
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    def all_rows(self, parent: Any) -> SafeString:
        """A link to the list of all the rows of `parent`."""
        raise NotImplementedError

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.all_rows = self.all_rows(obj) if obj is not None else ""
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
