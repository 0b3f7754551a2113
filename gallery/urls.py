"""Addresses. An address's name is its view's name and, where there is one, its template's."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from gallery.views import (
    accounts,
    api_docs,
    audits,
    collections,
    compare,
    curation,
    health,
    images,
    media,
    notes,
    push,
    responses,
    searches,
    selection,
    tokens,
    transcripts,
    uploads,
    usage,
)

pages = [
    path("", images.image_list, name="image_list"),
    path("facets", images.image_facets, name="image_facets"),
    path("dates", images.image_dates, name="image_dates"),
    path("images/new", images.images_new, name="images_new"),
    path("images/<int:pk>", images.image_detail, name="image_detail"),
    path("images/<int:pk>/favourite", curation.image_favourite, name="image_favourite"),
    path("images/<int:pk>/rating", curation.image_rating, name="image_rating"),
    path("images/<int:pk>/tags", curation.image_tags, name="image_tags"),
    path("images/<int:pk>/shelf", curation.image_shelf, name="image_shelf"),
    path("images/<int:pk>/notes", notes.image_notes, name="image_notes"),
    path("images/<int:pk>/collections", curation.image_collections, name="image_collections"),
    path("selection", selection.selection_create, name="selection_create"),
    path("selection/apply", selection.selection_apply, name="selection_apply"),
    path("selection/download", selection.selection_download, name="selection_download"),
    path("collections", collections.collection_list, name="collection_list"),
    path("collections/new", collections.collection_create, name="collection_create"),
    path("collections/names", collections.collection_names, name="collection_names"),
    path("collections/<int:pk>", collections.collection_detail, name="collection_detail"),
    path("collections/<int:pk>/edit", collections.collection_edit, name="collection_edit"),
    path("tags/names", curation.tag_names, name="tag_names"),
    path("compare", compare.image_compare, name="image_compare"),
    path("trash", curation.trash_list, name="trash_list"),
    path("search-help", images.search_help, name="search_help"),
    path("search-completion", searches.search_completion, name="search_completion"),
    path("saved-searches", searches.saved_search_list, name="saved_search_list"),
    path("saved-searches/new", searches.saved_search_create, name="saved_search_create"),
    path("saved-searches/<int:pk>", searches.saved_search_change, name="saved_search_change"),
    path("responses", responses.response_list, name="response_list"),
    path("responses/<int:pk>", responses.response_detail, name="response_detail"),
    path("responses/<int:pk>/json", responses.response_json, name="response_json"),
    path("upload", uploads.upload_create, name="upload_create"),
    path("upload/gallery-push", push.push_client, name="push_client"),
    path("upload/examples", uploads.examples_load, name="examples_load"),
    path("transcripts", transcripts.transcript_list, name="transcript_list"),
    path("transcripts/<int:pk>", transcripts.transcript_detail, name="transcript_detail"),
    path("transcripts/<int:pk>/original", transcripts.transcript_original, name="transcript_original"),
    path("usage", usage.usage, name="usage"),
    path("usage/<str:name>.csv", usage.usage_table, name="usage_table"),
    path("media/blobs/<str:sha256>", media.blob, name="blob"),
    path("media/thumbs/<str:sha256>.webp", media.thumb, name="thumb"),
    path("health", health.health, name="health"),
    path("sign-in", accounts.sign_in, name="sign_in"),
    path("sign-in/link/<str:token>", accounts.sign_in_with_link, name="sign_in_with_link"),
    path("sign-out", accounts.sign_out, name="sign_out"),
    path("sign-out/everywhere", accounts.sign_out_everywhere, name="sign_out_everywhere"),
    path("audit", audits.audit_list, name="audit_list"),
    path("audit.csv", audits.audit_csv, name="audit_csv"),
    path("account/password", accounts.password_change, name="password_change"),
    path("account/tokens", tokens.token_list, name="token_list"),
    path("account/tokens/new", tokens.token_create, name="token_create"),
    path("account/tokens/<int:pk>/revoke", tokens.token_revoke, name="token_revoke"),
    path("api/docs", api_docs.api_docs, name="api_docs"),
]

handler403 = "gallery.views.refusals.forbidden"

urlpatterns = [
    path("", include((pages, "gallery"))),
    path("api/", include("gallery.api.urls")),
    # One way in and out for all: with its lock, its audit and its links.
    path("admin/login/", accounts.admin_sign_in),
    path("admin/logout/", accounts.sign_out),
    path("admin/password_change/", accounts.password_change),
    path("admin/", admin.site.urls),
]
