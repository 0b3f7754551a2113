"""Names from outside are shown, and given to browsers, without doing any harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.filenames import attachment, download_name, extension_of, picture_name, shown_name


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("capture.sse", "capture.sse"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\run.json", "run.json"),
        ("a\r\nSet-Cookie: x=1", "a Set-Cookie: x=1"),
        ("a\x00b.json", "a b.json"),
        ("gpj.\u202esse", "gpj.sse"),
        ("<script>alert(1)</script>.json", "script>.json"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("///", "unnamed"),
        ("\ud800.json", ".json"),
        ("灯台の写真.json", "灯台の写真.json"),
    ],
)
def test_a_name_is_shown_as_one_inert_line(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


def test_a_very_long_name_is_clipped_and_keeps_its_extension() -> None:
    name = shown_name("x" * 10_000 + ".jsonl")

    assert len(name) == 255
    assert name.endswith("x….jsonl")


@pytest.mark.parametrize(
    ("sent", "extension", "given"),
    [
        ("cat", ".png", "cat.png"),
        ("cat.PNG", ".png", "cat.png"),
        ("evil.exe", ".png", "evil.exe.png"),
        ('a"b:c|d?.sse', "", "a-b-c-d-.sse"),
        ("CON", "", "CON-file"),
        ("nul.txt", "", "nul-file.txt"),
        ("aux.tar.gz", "", "file-aux.tar.gz"),
        (".htaccess", "", "htaccess"),
        ("name. . ", "", "name"),
        ("...", ".png", "unnamed.png"),
    ],
)
def test_a_download_gets_a_name_that_is_harmless_on_every_system(
    sent: str, extension: str, given: str
) -> None:
    assert download_name(sent, extension=extension) == given


def test_a_clipped_download_name_stays_whole_characters() -> None:
    name = download_name("灯" * 500, extension=".png")

    assert len(name.encode()) <= 190
    assert name == "灯" * 58 + ".png"


def test_the_header_names_the_file_twice_for_old_and_new_browsers() -> None:
    assert attachment("Übersicht 1.png") == (
        "attachment; filename=\"Ubersicht 1.png\"; filename*=UTF-8''%C3%9Cbersicht%201.png"
    )


@given(st.text())
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = attachment(name)

    header.encode("ascii")
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')


@given(st.text())
def test_no_name_becomes_a_path(name: str) -> None:
    given_name = download_name(name)

    assert given_name
    assert not set(given_name) & set('/\\\0\n\r"')
    assert given_name not in {".", ".."}


def test_a_picture_is_called_after_its_prompt_and_its_day() -> None:
    day = datetime(2026, 5, 15, 10, 26, tzinfo=UTC)

    assert picture_name("A minimalist blue dot graphic, centered.", day) == (
        "2026-05-15 A minimalist blue dot graphic, centered"
    )
    assert picture_name(None, None) == "picture"


def test_only_pictures_keep_an_extension_that_something_opens() -> None:
    assert extension_of("image/webp") == ".webp"
    assert extension_of("text/html") == ".bin"
