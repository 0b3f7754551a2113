"""A small archive with every kind of row in it, and the addresses of its admin pages."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from bs4 import Tag as Element
from django.contrib.auth.models import Group, User
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models import (
    ApiToken,
    Blob,
    Collection,
    Image,
    ImageNote,
    ImageTag,
    Mark,
    OutputItem,
    Response,
    ResponseTranscript,
    SavedSearch,
    Share,
    SignInLink,
    Tag,
    Transcript,
)
from tests.factories import (
    make_blob,
    make_image,
    make_item,
    make_response,
    make_transcript,
    make_user,
    together,
)

FACTS: list[type[models.Model]] = [Blob, Image, OutputItem, Response, ResponseTranscript, Transcript]
ADDED: list[type[models.Model]] = [Collection, ImageNote, Mark, SavedSearch, Tag]
ALL: list[type[models.Model]] = [*FACTS, *ADDED, ApiToken, Share, SignInLink, User, Group]


def fill(*, count: int = 1) -> None:
    """`count` transcripts, each of its own uploader, with one response that has a message, a final and a partial."""
    with together():
        for _ in range(count):
            fill_once()


def fill_once() -> None:
    """One such transcript, and one of everything else."""
    uploader = make_user()
    response = make_response(uploader=uploader)
    make_item(response=response, type="message", text="Here it is.", role="assistant")
    item = make_item(response=response)
    final = make_blob()
    image = make_image(response=response, item=item, blob=final)
    add_to(image, by=uploader)
    partial = make_blob()
    make_image(response=response, item=item, blob=partial, role="partial")
    make_image(response=response, item=make_item(response=response), state="elided", stand_in=partial)
    transcript = make_transcript(
        uploader=uploader,
        responses=[response],
        problems=[{"code": "not-json", "message": "This line is not JSON.", "place": "line 7"}],
    )
    transcript.blobs.set([final, partial])
    number = SignInLink.objects.count()
    SignInLink.objects.create(token_sha256=f"{number:064x}", user=uploader, expires_at=timezone.now())
    ApiToken.objects.create(
        user=uploader, name="laptop", secret_sha256=f"{number:064x}", beginning="gal_abcdef"
    )
    Share.objects.create(token=f"token{number}", image=image, made_by=uploader, expires_at=timezone.now())
    Group.objects.create(name=f"group {number}")


def add_to(image: Image, *, by: User) -> None:
    """One of everything that people add to a picture."""
    number = ImageNote.objects.count()
    Mark.objects.create(user=by, image=image, is_favourite=True, rating=4)
    tag = Tag.objects.create(name=f"Tag {number}", key=f"tag {number}")
    ImageTag.objects.create(image=image, tag=tag, tagged_by=by)
    collection = Collection.objects.create(name=f"Posters {number}", owner=by, cover=image)
    collection.places.create(image=image, position=1, added_by=by)
    ImageNote.objects.create(image=image, author=by, text=f"Note {number}.")
    SavedSearch.objects.create(owner=by, name=f"Search {number}", query="heron", is_shared=True)


def list_url(model: type[models.Model], query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query


def page_url(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def add_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def first(model: type[models.Model]) -> Any:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    return row


def parsed(client: Client, url: str) -> BeautifulSoup:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return BeautifulSoup(response.content, "html.parser")


def one(page: Element, selector: str) -> Element:
    """The first such element; the page must have it."""
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def listed(client: Client, model: type[models.Model], query: str = "") -> set[str]:
    """The keys of the rows that a list shows."""
    page = parsed(client, list_url(model, query))
    boxes = page.select("#result_list input.action-select")
    if boxes:
        return {str(box["value"]) for box in boxes}
    links = page.select("#result_list tbody th a")
    return {str(link["href"]).split("/change/")[0].rsplit("/", 1)[1] for link in links}


def act(client: Client, action: str, *rows: models.Model) -> Any:
    """Chooses rows in their list and runs an action on them."""
    data = {
        "action": action,
        "index": "0",
        "select_across": "0",
        "_selected_action": [row.pk for row in rows],
    }
    return client.post(list_url(type(rows[0])), data, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]
