"""Two people and a program use the gallery for a whole round, from the first link to the audit that tells of it all."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from gallery.demo import generator
from tests.browser.conftest import PATIENCE_MS, Complaints
from tests.browser.looks import WIDE
from tests.browser.surroundings import EXAMPLES
from tests.gallery_process import GalleryProcess

PASSWORD = "four calm lighthouses"
TOKEN = "the studio's machine"
MAKE_CHARLIE = """
from django.contrib.auth.models import User
from gallery import sign_in_links
print(sign_in_links.make_link(User.objects.create_superuser("charlie"), "{url}"))
"""
PICTURE_USD = "0.006125"  # of example 000, by the list of prices


@contextmanager
def person(browser: Browser, gallery: GalleryProcess, *expected: str) -> Iterator[Page]:
    """Somebody's own browser, which complains of nothing but what is `expected`."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", base_url=gallery.url)
    context.set_default_timeout(PATIENCE_MS)
    complaints = Complaints(gallery.url)
    for words in expected:
        complaints.expect(words)
    context.on("page", complaints.watch)
    yield context.new_page()
    context.close()
    assert complaints.found == []


def of_now(example: Path) -> bytes:
    """A recording, as if it had just been made."""
    said = example.read_text("utf-8")
    return re.sub(r'("(?:created|completed)_at":\s*)\d+', rf"\g<1>{int(time.time())}", said).encode()


def come_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Set a password").click()
    expect(page.get_by_role("heading", name="Set a password")).to_have_count(0)


def invite(charlie: Page, username: str) -> str:
    charlie.goto("/admin/auth/user/")
    charlie.get_by_role("link", name="Invite").click()
    charlie.get_by_label("Username").fill(username)
    charlie.get_by_label("Role").select_option("contributor")
    charlie.get_by_role("button", name="Invite").click()
    (link,) = re.findall(r"http://\S+/sign-in/\S+", charlie.locator("#content").inner_text())
    return str(link)


def make_token(page: Page) -> str:
    page.goto("/account/tokens")
    page.get_by_label("Name").fill(TOKEN)
    page.get_by_label("May").select_option("upload")
    page.get_by_role("button", name="Make the token").click()
    return page.locator("#token-secret").input_value()


def push_what_comes_into_a_folder(page: Page, token: str, folder: Path, recording: bytes) -> None:
    """With the program from the upload page, which is stopped once it has told of the recording."""
    page.goto("/upload")
    page.get_by_text("From programs").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download gallery-push").click()
    download.value.save_as(folder / "gallery-push")
    (folder / "recordings").mkdir()
    watching = subprocess.Popen(
        [sys.executable, "-I", "gallery-push", "--watch", "recordings"],
        cwd=folder,
        env={"GALLERY_TOKEN": token, "XDG_STATE_HOME": str(folder / "state"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with watching:
        (folder / "recordings" / "kite.json").write_bytes(recording)
        assert watching.stdout is not None
        told = watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
    assert told.startswith("recordings/kite.json: 1 response")


def pipe_a_stream_in(gallery: GalleryProcess, token: str, recording: bytes) -> str:
    """As `curl -T -` sends what a running command writes: in chunks, of no known length. The picture's address."""
    connection = http.client.HTTPConnection("127.0.0.1", gallery.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    lines = iter(recording.splitlines(keepends=True))
    connection.request("POST", "/api/transcripts?name=piped.sse", lines, headers, encode_chunked=True)
    told = json.load(connection.getresponse())
    connection.close()
    return str(told["files"][0]["images"][0]["url"])


def share(page: Page, picture: str) -> str:
    page.goto(picture)
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Shows").select_option("the picture with its prompt")
    page.get_by_role("button", name="Make the link").click()
    return page.locator("#share-link").inner_text()


def rows_of_csv(page: Page, name: str) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))


def test_a_whole_round_of_two_people_and_a_program(tmp_path: Path, browser: Browser):
    with (
        GalleryProcess(tmp_path / "data", f"sqlite:///{tmp_path / 'gallery.sqlite3'}") as gallery,
        person(browser, gallery) as charlie,
        person(browser, gallery) as dana,
        person(browser, gallery, "410") as stranger,
    ):
        come_in(charlie, *gallery.shell(MAKE_CHARLIE.format(url=gallery.url)))
        come_in(dana, invite(charlie, "dana"))

        token = make_token(dana)
        push_what_comes_into_a_folder(dana, token, tmp_path, of_now(EXAMPLES[0]))
        stream = generator.picture_stream(1, size=(64, 64), partials=1)
        picture = pipe_a_stream_in(gallery, token, stream.data)

        stranger.goto(share(dana, picture))
        expect(stranger.locator(".shared-picture img")).to_have_js_property("naturalWidth", 64)
        dana.goto("/shares")
        dana.get_by_role("button", name="Revoke").click()
        expect(dana.locator(".saved li")).to_contain_text("revoked")
        stranger.reload()
        expect(stranger.get_by_role("heading")).to_have_text("Nothing is shown here")

        charlie.goto("/usage")
        (spending,) = rows_of_csv(charlie, "Uploader, as CSV")
        assert (spending["uploader"], spending["pictures"], spending["known_cost_usd"]) == (
            "dana",
            "1",
            PICTURE_USD,
        )

        charlie.goto("/audit")
        told = [(row["person"], row["action"], row["name"]) for row in rows_of_csv(charlie, "CSV")]
    prompt = told[0][2]
    assert told[::-1] == [
        ("charlie", "sign-in", ""),
        ("charlie", "password-changed", ""),
        ("charlie", "invited", "dana"),
        ("dana", "sign-in", ""),
        ("dana", "password-changed", ""),
        ("dana", "token-made", TOKEN),
        ("dana", "upload", "kite.json"),
        ("dana", "upload", "piped.sse"),
        ("dana", "share-made", prompt),
        ("dana", "share-revoked", prompt),
    ]
    assert "Traceback" not in gallery.said
