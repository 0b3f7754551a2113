"""The rules of the house, by reading the source: who may import, see and write what."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.source import ROOT, modules

PURE = {
    "gallery.transcripts": {"gallery.transcripts"},
    "gallery.imaging": {"gallery.imaging", "PIL"},
    "gallery.pricing": {"gallery.pricing"},
    "gallery.push": {"gallery.push"},
}
# Whoever turns a request into an answer. Admin hooks get a request from Django and are such a place, too.
SEE_REQUESTS = (
    "gallery.views",
    "gallery.api",
    "gallery.admin",
    "gallery.htmx",
    "gallery.middleware",
    "gallery.upload_handlers",
    "gallery.urls",
)
# What brings files in from a browser, the admin or the shell; fsck has the writer repair what it finds.
ENTRANCES = (
    "gallery.views",
    "gallery.api",
    "gallery.admin",
    "gallery.management",
    "gallery.demo",
    "gallery.bulk",
    "gallery.intake",
    "gallery.fsck",
    "gallery.repricing",
    "gallery.shelving",
    "gallery.disowning",
    "gallery.curation",
    "gallery.collections",
    "gallery.selections",
    "gallery.sharing",
    "gallery.saved_searches",
    "gallery.notes",
    "gallery.tagging",
)
# The writer, and the parts of it that keep in line what follows from pictures.
WRITERS = (
    "gallery.ingest",
    "gallery.preparing",
    "gallery.indexing",
    "gallery.tallying",
    "gallery.heirs",
    "gallery.costing",
)
KEPT = {"Transcript", "Response", "OutputItem", "Image", "Blob", "ResponseTranscript"}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update", "delete"}
WRITES_ELSEWHERE = {
    # Whether the grid shows a picture is a person's decision, and no part of what a transcript says.
    ("gallery.shelving", "Image.objects.filter.update"),
    ("gallery.curation", "Image.objects.filter.update"),
    # Nor is it part of what a transcript says whose it is once the account is gone.
    ("gallery.disowning", "Transcript.objects.filter.update"),
    ("gallery.disowning", "Response.objects.filter.update"),
    ("gallery.disowning", "Image.objects.filter.update"),
    # A file that no row names is swept.
    ("gallery.fsck", "blobs.delete"),
}


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_import_the_standard_library_only(package: str):
    strangers = {
        f"{module.where} imports {name}"
        for module in modules()
        if module.is_in(package)
        for name in module.imports()
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in PURE[package])
    }
    assert strangers == set()


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_load_without_django(package: str):
    program = f"import sys, {package}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_transcripts_know_no_clock():
    clocks = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
    asked = {
        f"{module.where}:{line} calls {name}"
        for module in modules()
        if module.is_in("gallery.transcripts")
        for line, name in module.calls()
        if name.split(".")[-1] in clocks and name.split(".")[0] in {"datetime", "date", "time"}
    }
    assert asked == set()


def test_nothing_but_the_addresses_and_the_api_imports_views():
    climbing = {
        f"{module.where} imports {name}"
        for module in modules()
        if not module.is_in("gallery.views", "gallery.urls", "gallery.api")
        for name in module.imports_from("gallery.views")
    }
    assert climbing == set()


def test_views_import_nothing_from_each_other():
    sideways = {
        f"{module.where} imports {name}"
        for module in modules()
        if module.is_in("gallery.views")
        for name in module.imports_from("gallery.views")
        if not name.startswith(module.name)
    }
    assert sideways == set()


def test_models_and_querysets_import_nothing_above_them():
    below = ("gallery.models", "gallery.querysets")
    climbing = {
        f"{module.where} imports {name}"
        for module in modules()
        if module.is_in(*below)
        for name in module.imports_from("gallery")
        if name != "gallery" and not name.startswith(below)
    }
    assert climbing == set()


def test_only_entrances_and_fsck_call_the_writer():
    callers = {
        f"{module.where} imports {name}"
        for module in modules()
        if not module.is_in(*ENTRANCES, *WRITERS)
        for name in module.imports_from("gallery.ingest")
    }
    assert callers == set()


def test_no_module_below_the_views_sees_a_request():
    seeing = set()
    for module in modules():
        if module.is_in(*SEE_REQUESTS):
            continue
        seeing |= {
            f"{module.where} imports {name}" for name in module.imports_from("django.http.HttpRequest")
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.arg) and node.arg == "request":
                seeing.add(f"{module.where}:{node.lineno} takes a request")
    assert seeing == set()


def test_only_ingest_writes_what_is_kept():
    writing = set()
    for module in modules():
        if module.is_in(*WRITERS, "gallery.blobs"):
            continue
        for line, name in module.calls():
            first, last = name.split(".")[0], name.split(".")[-1]
            is_write = (first in KEPT and last in WRITES) or name in {"blobs.put", "blobs.delete"}
            if is_write and (module.name, name) not in WRITES_ELSEWHERE:
                writing.add(f"{module.where}:{line} calls {name}")
    assert writing == set()


def test_only_htmx_names_its_headers():
    naming = {
        f"{module.where}:{node.lineno} says {node.value}"
        for module in modules()
        if module.name != "gallery.htmx"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.upper().startswith("HX-")
    }
    assert naming == set()


def test_only_the_blob_store_and_fsck_ask_the_file_storage():
    knowing = {
        f"{module.where} imports {name}"
        for module in modules()
        if module.name not in {"gallery.blobs", "gallery.storage", "gallery.fsck"}
        for name in module.imports_from("django.core.files.storage")
    }
    assert knowing == set()


def test_only_one_module_writes_saved_searches():
    writing = {
        f"{module.where}:{line} calls {name}"
        for module in modules()
        if module.name != "gallery.saved_searches"
        for line, name in module.calls()
        if name.split(".")[0] == "SavedSearch" and name.split(".")[-1] in WRITES | {"SavedSearch"}
    }
    assert writing == set()
