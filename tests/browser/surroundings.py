"""What the browser tests find in the gallery, and how they look at it."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from PIL import Image as Picture
from PIL import ImageDraw
from playwright.sync_api import Page, expect

from gallery import blobs
from gallery.imaging.renditions import render
from gallery.ingest import ingest_upload
from gallery.models import Blob, Image, Transcript
from tests.factories import make_blob, make_image, together

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "gallery" / "examples").glob("*.txt"))

DROP = """
async ([selector, files]) => {
  const transfer = new DataTransfer();
  for (const [name, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "text/plain" }));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}
"""


def drop_files(page: Page, selector: str, files: dict[str, bytes]) -> None:
    """Drags files from the desktop onto an element."""
    encoded = [[name, base64.b64encode(data).decode("ascii")] for name, data in files.items()]
    page.evaluate(DROP, [selector, encoded])


def keep_examples(uploader: User) -> None:
    """The five examples, uploaded."""
    for path in EXAMPLES:
        report = ingest_upload(path, name=path.name, uploader=uploader, source_kind=Transcript.Source.BROWSER)
        assert report.outcome == "stored", report.sentence


def kept_blob() -> Blob:
    """A picture that is really there, with its thumbnail."""
    picture = Picture.new("RGB", (96, 64), "#c86")
    ImageDraw.Draw(picture).ellipse((24, 8, 72, 56), fill="#348")
    file = io.BytesIO()
    picture.save(file, "PNG")
    data = file.getvalue()
    rendered = render(data, limit_pixels=1_000_000)
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put("blobs", sha256, data)
    assert rendered.thumbnail
    blobs.put("thumbs", sha256, rendered.thumbnail)
    return make_blob(
        sha256=sha256, size_bytes=len(data), width=96, height=64, placeholder=rendered.placeholder
    )


def keep_pictures(count: int) -> list[Image]:
    """That many pictures, newest last, all of one look."""
    blob = kept_blob()
    with together():
        return [
            make_image(blob=blob, prompt=f"A lighthouse, take {number}.") for number in range(1, count + 1)
        ]


def is_same_document(page: Page, marker: str = "same") -> bool:
    """Whether the page is still the document that `mark_document` marked: no reload came between."""
    return bool(page.evaluate("marker => window.mark === marker", marker))


def mark_document(page: Page, marker: str = "same") -> None:
    page.evaluate("marker => { window.mark = marker; }", marker)


@contextmanager
def new_content(page: Page) -> Iterator[None]:
    """What is done inside brings another page's content; afterwards it is there, and what was before it is gone."""
    page.locator("#main").evaluate("main => main.setAttribute('data-before', '')")
    yield
    expect(page.locator("#main:not([data-before])")).to_have_count(1)


def focused(page: Page) -> dict[str, Any]:
    """What has the focus: its tag and its words."""
    found: dict[str, Any] = page.evaluate(
        "({ tag: document.activeElement.tagName, words: document.activeElement.textContent.trim() })"
    )
    return found


def wait_until(page: Page, expression: str) -> None:
    """Until the expression is true in the page. It is asked from here: the page's policy lets nothing evaluate in it,
    which Playwright's own waiting does."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"It never came true that {expression}.")
