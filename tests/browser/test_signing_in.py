"""A newcomer follows the link that the server printed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gallery.sign_in_links import make_link

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_time_link_signs_its_user_in(page: Page, live_server: Any, alice: Any):
    page.goto(make_link(alice, live_server.url))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(live_server.url + "/")
