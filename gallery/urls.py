"""Addresses. An address's name is its view's name and, where there is one, its template's."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import include, path


def _view(module: str, name: str) -> Callable[..., HttpResponseBase]:
    try:
        return getattr(import_module(f"gallery.views.{module}"), name)
    except (ImportError, AttributeError) as error:
        reason = str(error)

    def missing(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        raise Http404(reason)

    return missing


pages = [
    path("", _view("images", "image_list"), name="image_list"),
    path("images/<int:pk>", _view("images", "image_detail"), name="image_detail"),
    path("responses/<int:pk>", _view("responses", "response_detail"), name="response_detail"),
    path("responses/<int:pk>/json", _view("responses", "response_json"), name="response_json"),
    path("upload", _view("uploads", "upload_create"), name="upload_create"),
    path("upload/examples", _view("uploads", "examples_load"), name="examples_load"),
    path("transcripts", _view("transcripts", "transcript_list"), name="transcript_list"),
    path("transcripts/<int:pk>", _view("transcripts", "transcript_detail"), name="transcript_detail"),
    path(
        "transcripts/<int:pk>/original",
        _view("transcripts", "transcript_original"),
        name="transcript_original",
    ),
    path("media/blobs/<str:sha256>", _view("media", "blob"), name="blob"),
    path("media/thumbs/<str:sha256>.webp", _view("media", "thumb"), name="thumb"),
    path("sign-in", _view("accounts", "sign_in"), name="sign_in"),
    path("sign-in/link/<str:token>", _view("accounts", "sign_in_with_link"), name="sign_in_with_link"),
    path("sign-out", _view("accounts", "sign_out"), name="sign_out"),
    path("account/password", _view("accounts", "password_change"), name="password_change"),
]

urlpatterns = [
    path("", include((pages, "gallery"))),
    path("admin/", admin.site.urls),
]
