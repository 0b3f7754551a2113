"""The one file that the gallery gives away."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gallery.push.assembling import program
from tests.push.stub import TOKEN, Stub

ADDRESS = "https://gallery.example"


@pytest.fixture
def tree() -> ast.Module:
    return ast.parse(program(address=ADDRESS, limit_bytes=5), feature_version=(3, 9))


def values_in(text: str) -> dict[str, Any]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in {"ADDRESS", "LIMIT_BYTES"}
    }


def test_it_is_python_3_9(tree: ast.Module):
    evaluated = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.keyword | ast.Attribute)
        and ast.unparse(node) in {"slots=True", "kw_only=True", "strict=True", "datetime.UTC"}
    ]
    assert evaluated == []
    # Unions with | stand in annotations alone, which `from __future__ import annotations` leaves unevaluated.
    assert "from __future__ import annotations" in ast.unparse(tree)


def test_it_needs_the_standard_library_only(tree: ast.Module):
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_no_part_takes_the_name_of_another(tree: ast.Module):
    names = Counter(
        node.name if isinstance(node, ast.ClassDef | ast.FunctionDef) else ast.unparse(node.targets[0])
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Assign)
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 20


def test_it_holds_the_address_and_the_limit():
    assert values_in(program(address=ADDRESS, limit_bytes=7)) == {"ADDRESS": ADDRESS, "LIMIT_BYTES": 7}


@pytest.mark.parametrize("address", ['https://a"b', "https://a'b\\", "https://a\nimport os", 'https://"""ü'])
def test_no_address_breaks_out_of_its_quotes(address: str):
    text = program(address=address, limit_bytes=7)
    assert values_in(text) == {"ADDRESS": address, "LIMIT_BYTES": 7}
    assert len(ast.parse(text).body) == len(ast.parse(program(address=ADDRESS, limit_bytes=7)).body)


def test_it_runs_by_itself(tmp_path: Path):
    with Stub() as stub:
        file = tmp_path / "gallery-push"
        file.write_text(program(address=stub.url, limit_bytes=2**20), encoding="utf-8")
        (tmp_path / "a.json").write_text("{}")
        ran = subprocess.run(
            [sys.executable, "-I", str(file), "a.json"],
            cwd=tmp_path,
            env={"GALLERY_TOKEN": TOKEN, "XDG_STATE_HOME": str(tmp_path / "state")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout == f"a.json: 1 response, 1 picture {stub.url}/images/1\n"


def test_it_pushes_on_where_nobody_reads_what_it_says(tmp_path: Path):
    with Stub() as stub:
        file = tmp_path / "gallery-push"
        file.write_text(program(address=stub.url, limit_bytes=2**20), encoding="utf-8")
        for name in ("a.json", "b.json"):
            (tmp_path / name).write_text(f'"{name}"')
        running = subprocess.Popen(
            [sys.executable, "-I", str(file), "--json", "a.json", "b.json"],
            cwd=tmp_path,
            env={"GALLERY_TOKEN": TOKEN, "XDG_STATE_HOME": str(tmp_path / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert running.stdout
        running.stdout.close()
        assert running.communicate(timeout=60)[1] == b"2 stored.\n"
        assert running.returncode == 0
        assert stub.names == ["a.json", "b.json"]


def test_it_explains_itself(tmp_path: Path):
    file = tmp_path / "gallery-push"
    file.write_text(program(address=ADDRESS, limit_bytes=2**20), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(file), "--help"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0
    assert f"of the gallery ({ADDRESS})" in ran.stdout
    assert "--watch FOLDER" in ran.stdout


def test_it_is_downloaded_with_the_address_that_the_browser_uses(alice_client: Any, settings: Any):
    settings.ALLOWED_HOSTS = ["gallery.example"]
    settings.UPLOAD_LIMIT_BYTES = 3 * 2**20
    answer = alice_client.get("/upload/gallery-push", headers={"host": "gallery.example:8443"}, secure=True)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="gallery-push"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert values_in(answer.content.decode()) == {
        "ADDRESS": "https://gallery.example:8443",
        "LIMIT_BYTES": 3 * 2**20,
    }


def test_a_host_that_is_none_of_ours_is_filled_in_nowhere(alice_client: Any, settings: Any):
    settings.ALLOWED_HOSTS = ["gallery.example"]
    assert alice_client.get("/upload/gallery-push", headers={"host": "evil.example"}).status_code == 400


def test_it_is_given_to_nobody_who_is_signed_out(client: Client, db: None):
    answer = client.get("/upload/gallery-push")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")


def test_downloading_asks_the_database_for_the_reader_alone(
    alice_client: Any, django_assert_max_num_queries: Callable[..., Any]
):
    with django_assert_max_num_queries(2):
        alice_client.get("/upload/gallery-push?page=x&page=%00")


def test_it_is_not_posted_to(alice_client: Any):
    assert alice_client.post("/upload/gallery-push").status_code == 405
