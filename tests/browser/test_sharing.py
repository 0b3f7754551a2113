"""A link made in one browser and opened in another, where nobody is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gallery import collections, sharing
from gallery.models import Image, Share
from tests.browser.surroundings import keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def private_window(browser: Browser, browser_context_args: dict[str, Any], complaints: Any) -> Iterator[Page]:
    """Somebody else's browser: it has no session, and complains like any other."""
    context: BrowserContext = browser.new_context(**browser_context_args)
    context.on("page", complaints.watch)
    yield context.new_page()
    context.close()


@pytest.fixture
def shares(alice: User) -> list[Share]:
    """One of a picture, one of a collection, one with a password, with all that can be chosen."""
    images = keep_pictures(5)
    images.append(images[0])
    Image.objects.filter(pk=images[1].pk).update(state=Image.State.ELIDED)
    posters = collections.make_collection(alice, "Posters")
    collections.add(alice, posters, [image.pk for image in images])
    usage = Share.Shows.USAGE
    return [
        sharing.make(alice, images[0], shows=usage, days=7),
        sharing.make(alice, posters, shows=usage, days=7),
        sharing.make(alice, posters, shows=Share.Shows.PICTURE, days=7),
        sharing.make(alice, images[0], shows=usage, days=7, password="open sesame"),
    ]


def addresses_of(shares: list[Share]) -> list[str]:
    links = [f"/s/{share.token}" for share in shares]
    return [*links, f"{links[1]}?picture=1", f"{links[1]}?picture=2"]


def test_a_link_is_made_opened_by_somebody_outside_and_revoked(
    alice_page: Page, private_window: Page, live_server: Any, complaints: Any
):
    (image,) = keep_pictures(1)
    alice_page.goto(f"/images/{image.pk}")
    alice_page.get_by_role("link", name="Share").click()
    alice_page.get_by_label("Shows").select_option("the picture with its prompt")
    alice_page.get_by_label("Password").fill("open sesame")
    alice_page.get_by_role("button", name="Make the link").click()
    link = alice_page.locator("#share-link").inner_text()
    assert link.startswith(f"{live_server.url}/s/")

    complaints.expect("422")
    private_window.goto(link)
    private_window.get_by_label("Password").fill("open sesam")
    private_window.keyboard.press("Enter")
    expect(private_window.get_by_role("alert")).to_have_text("That is not the password.")
    private_window.get_by_label("Password").fill("open sesame")
    private_window.get_by_role("button", name="Show what is shared").click()
    expect(private_window.get_by_text("A lighthouse, take 1.")).to_be_visible()
    expect(private_window.locator(".shared-picture img")).to_have_js_property("naturalWidth", 96)
    with private_window.expect_download() as download:
        private_window.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith("A lighthouse, take 1.png")

    alice_page.goto("/shares")
    expect(alice_page.locator(".saved li")).to_contain_text("with a password")
    alice_page.get_by_role("button", name="Revoke").click()
    expect(alice_page.locator(".saved li")).to_contain_text("revoked")

    complaints.expect("410")
    private_window.reload()
    expect(private_window.get_by_role("heading")).to_have_text("Nothing is shown here")


def test_a_link_is_copied(alice_page: Page, alice: User, live_server: Any):
    (image,) = keep_pictures(1)
    share = sharing.make(alice, image, shows=Share.Shows.PICTURE, days=1)
    alice_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice_page.goto(f"/shares?made={share.pk}")
    alice_page.get_by_role("button", name="Copy the link").click()
    expect(alice_page.get_by_role("button", name="Copied")).to_be_visible()
    copied = alice_page.evaluate("() => navigator.clipboard.readText()")
    assert copied == f"{live_server.url}/s/{share.token}"


def test_a_collection_is_looked_through_by_keyboard(
    private_window: Page, live_server: Any, shares: list[Share]
):
    private_window.goto(f"{live_server.url}/s/{shares[1].token}")
    private_window.keyboard.press("Tab")
    private_window.keyboard.press("Enter")
    expect(private_window.locator(".prompt")).to_have_text("A lighthouse, take 1.")
    private_window.get_by_role("link", name="Next").press("Enter")
    expect(private_window.get_by_text("There is no picture here")).to_be_visible()
    private_window.get_by_role("link", name="Next").press("Enter")
    expect(private_window.locator(".prompt")).to_have_text("A lighthouse, take 3.")


def test_pages_of_shares_pass_axe_and_fit(
    private_window: Page,
    alice_page: Page,
    live_server: Any,
    shares: list[Share],
    complaints: Any,
    flaws: Callable[[Page], list[str]],
):
    complaints.expect("410")
    found = {}
    outside = [*addresses_of(shares), "/s/unknown"]
    inside = ["/shares", f"/shares?made={shares[0].pk}", f"/shares/new?image={shares[0].image_id}"]
    for page, addresses in ((private_window, outside), (alice_page, inside)):
        for address in addresses:
            page.goto(f"{live_server.url}{address}")
            if seen := flaws(page):
                found[address] = seen
    assert found == {}
