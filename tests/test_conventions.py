"""Conventions that matter are tests, from the day they are adopted."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BooleanField, DateTimeField
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, get_resolver

from gallery.api.entrance import api
from gallery.api.urls import urlpatterns
from tests.source import ROOT, modules, templates

# Django's own signature.
POSITIONAL_BOOLEANS = {"save_model(change)", "save_related(change)"}
# They join parts each of which they have escaped.
MAY_MARK_SAFE = {"gallery.pages.json_tree", "gallery.templatetags.tiles", "gallery.templatetags.usage"}
# The help of Django's password fields is a list in HTML, from Django.
MAY_PRINT_SAFE = {("gallery/_field.html", "|safe")}
OPEN_WITHOUT_SIGN_IN = {"sign_in", "sign_in_with_link"}
# What is shown to whoever has its link.
OPEN_WITHOUT_SIGN_IN |= {"share_open", "share_picture", "share_thumb"}
# Addresses that answer with something other than a page of their own name.
WITHOUT_TEMPLATE = {"response_json", "transcript_original", "blob", "thumb", "examples_load", "sign_out"}
WITHOUT_TEMPLATE |= {"image_favourite", "image_rating", "image_tags", "image_shelf"}
WITHOUT_TEMPLATE |= {
    "image_collections",
    "tag_names",
    "collection_names",
    "collection_create",
    "collection_edit",
}
WITHOUT_TEMPLATE |= {"selection_create", "selection_download"}
WITHOUT_TEMPLATE |= {"push_client"}
# The list of tokens answers for both.
WITHOUT_TEMPLATE |= {"token_create", "token_revoke"}
WITHOUT_TEMPLATE |= {"sign_out_everywhere", "audit_csv"}
# A list for the search box; forms that answer with the list of saved searches.
WITHOUT_TEMPLATE |= {"search_completion", "saved_search_create", "saved_search_change"}
# A file.
WITHOUT_TEMPLATE |= {"usage_table"}
# A part of the health page.
WITHOUT_TEMPLATE |= {"health_check"}
# A form that answers with the list of shares; files.
WITHOUT_TEMPLATE |= {"share_revoke", "share_picture", "share_thumb"}
MOST_LINES = 450
TEXT_FILES = {".py", ".html", ".css", ".js", ".md", ".toml", ".sh", ".txt", ".example", ".yml", ""}
# Places on one machine have no business in the project.
FORBIDDEN = re.compile(r"/root/|/home/[a-z]|/work/|/opt/(?!homebrew)|\.pyenv/versions/\d")


def gallery_addresses() -> dict[str, Any]:
    """Name and view of every address of our own."""
    resolver = get_resolver()
    found = {}
    for pattern in resolver.url_patterns:
        if getattr(pattern, "namespace", None) == "gallery":
            for address in pattern.url_patterns:
                assert isinstance(address, URLPattern)
                found[str(address.name)] = address.callback
    assert found
    return found


def api_addresses() -> list[URLPattern]:
    """Every address of the API, which programs use."""
    (entrance,) = (pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "^api/")
    assert entrance.callback is api
    addresses = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)]
    assert len(addresses) > 10
    return addresses


def example_of(pattern: URLPattern) -> str:
    return re.sub(r"<[^>]+>", "1", str(pattern.pattern).removeprefix("^"))


def own_files() -> Iterator[Path]:
    """Every text file that we write ourselves."""
    places = ["gallery", "tests", "tools", "bench", "templates", "static", "docs", "requirements", ".ci"]
    files = [path for place in places for path in (ROOT / place).rglob("*") if path.is_file()]
    for path in [*files, *(path for path in ROOT.iterdir() if path.is_file() and path.name != ".env")]:
        relative = path.relative_to(ROOT)
        if {"vendor", "__pycache__", "examples"} & set(relative.parts):
            continue
        if path.suffix in TEXT_FILES and path.name != "uv.lock":
            yield relative


def test_every_address_needs_a_sign_in_except_those_that_give_one():
    opened = {name for name, view in gallery_addresses().items() if not getattr(view, "login_required", True)}
    assert opened == OPEN_WITHOUT_SIGN_IN


def test_every_address_that_is_open_to_programs_asks_for_a_token_itself(client: Client):
    """The middleware lets all of the API's addresses through: each has to ask by itself, for any method."""
    asked = {
        (str(pattern.pattern), method): client.generic(method, f"/api/{example_of(pattern)}").status_code
        for pattern in api_addresses()
        for method in ("GET", "HEAD", "POST")
    }
    assert {call: status for call, status in asked.items() if status not in {401, 405}} == {}
    assert {place for (place, _), status in asked.items() if status == 401} == {
        str(pattern.pattern) for pattern in api_addresses()
    }


def test_address_is_named_like_its_view():
    assert {name: view.__name__ for name, view in gallery_addresses().items()} == {
        name: name for name in gallery_addresses()
    }


def test_address_is_named_like_its_template():
    for name in set(gallery_addresses()) - WITHOUT_TEMPLATE:
        assert get_template(f"gallery/{name}.html")


def test_views_are_plain_functions():
    assert [
        name for name, view in gallery_addresses().items() if not inspect.isfunction(inspect.unwrap(view))
    ] == []


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(DateTimeField, r"\w+_at"), (BooleanField, r"(is|has)_\w+")],
    ids=["moments", "booleans"],
)
def test_field_says_its_kind_in_its_name(kind: type[Any], shape: str):
    misnamed = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("gallery").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, kind) and not re.fullmatch(shape, field.name)
    ]
    assert misnamed == []


def test_boolean_arguments_are_keyword_only():
    positional = [
        f"{module.where}:{node.lineno} {node.name}({argument.arg})"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in [*node.args.posonlyargs, *node.args.args]
        if isinstance(argument.annotation, ast.Name)
        and argument.annotation.id == "bool"
        and f"{node.name}({argument.arg})" not in POSITIONAL_BOOLEANS
    ]
    assert positional == []


def test_transcripts_split_lines_where_the_formats_do():
    """`str.splitlines` also splits at U+2028 and seven more, which stand inside of JSON strings and SSE lines."""
    splitting = [
        f"{module.where}:{line}"
        for module in modules()
        if module.is_in("gallery.transcripts")
        for line, name in module.calls()
        if name.split(".")[-1] == "splitlines"
    ]
    assert splitting == []


def test_nothing_is_declared_safe_but_by_format_html():
    declaring = [
        f"{module.where} imports {name}"
        for module in modules()
        if module.name not in MAY_MARK_SAFE
        for name in module.imports_from("django.utils.safestring")
        if name.split(".")[-1] == "mark_safe"
    ]
    declaring += [
        f"{module.where}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"SafeString", "SafeText"}
        and not all(isinstance(argument, ast.Constant) for argument in node.args)
    ]
    assert declaring == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b|autoescape off",
        r"<style\b",
        r"<script\b(?![^>]*\bsrc=)",
        r"<[^>]*\sstyle=",
        r"<[^>]*\son[a-z]+=",
        r"javascript:",
        r"(?:src|href|action)=[\"']?(?:https?:)?//",
        r"<!--",
    ],
)
def test_templates_hold_nothing_like(pattern: str):
    """Nothing unescaped or inline (the content security policy would refuse it), nothing from elsewhere, no remarks
    that readers of the page would be sent."""
    found = [
        f"{name}: {match.group()[:80]}"
        for name, text in templates()
        for match in re.finditer(pattern, text, re.IGNORECASE)
        if (name, match.group()) not in MAY_PRINT_SAFE
    ]
    assert found == []


def test_fragment_files_begin_with_an_underscore():
    ours = [(name, text) for name, text in templates() if name.startswith("gallery/")]
    assert {name for name, text in ours if "{% extends" not in text} == {
        name for name, _ in ours if name.startswith("gallery/_")
    }


def test_files_have_one_purpose_each():
    long = {
        str(path): lines
        for path in own_files()
        if path.suffix in {".py", ".html", ".js"}
        and (lines := len((ROOT / path).read_text("utf-8").split("\n")) - 1) > MOST_LINES
    }
    assert long == {}


def test_no_file_names_a_place_on_one_machine():
    found = [
        f"{path}: {match.group()}"
        for path in own_files()
        if path.name != Path(__file__).name
        for match in FORBIDDEN.finditer((ROOT / path).read_text("utf-8"))
    ]
    assert found == []
