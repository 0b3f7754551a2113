"""Coming in and going out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.sign_in_links import make_link
from tests.browser.surroundings import new_content

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_time_link_signs_its_user_in_and_asks_for_a_password(page: Page, live_server: Any, alice: Any):
    page.goto(make_link(alice, live_server.url))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(live_server.url + "/account/password")
    with new_content(page):
        page.get_by_role("link", name="Images").click()
    expect(page.get_by_role("heading", name="Set a password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill("four calm lighthouses")
    page.get_by_label("New password confirmation").fill("four calm lighthouses")
    page.get_by_role("button", name="Set a password").click()
    expect(page).to_have_url(live_server.url + "/")
    expect(page.locator("body")).to_contain_text("alice")


def test_one_time_link_works_once(page: Page, live_server: Any, alice: Any, complaints: Any):
    link = make_link(alice, live_server.url)
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.context.clear_cookies()
    complaints.expect("410 (Gone)")
    page.goto(link)
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def test_password_signs_in_and_leads_to_where_one_wanted_to_go(page: Page, live_server: Any, alice: Any):
    alice.set_password("four calm lighthouses")
    alice.save()
    page.goto("/transcripts")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("four calm lighthouses")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(live_server.url + "/transcripts")


def test_wrong_password_is_told_on_the_spot(page: Page, alice: Any, complaints: Any):
    complaints.expect("422")
    page.goto("/sign-in")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("a guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("correct")


def test_signing_out_closes_the_gallery(alice_page: Page, live_server: Any):
    alice_page.goto("/")
    alice_page.locator("header.top summary").click()
    alice_page.get_by_role("button", name="Sign out").click()
    expect(alice_page).to_have_url(live_server.url + "/sign-in")
    alice_page.goto("/")
    expect(alice_page).to_have_url(live_server.url + "/sign-in?next=%2F")
