"""The admin: everything that is kept, to look through and look after.

Raw facts (all but users, groups, sign-in links and a picture's `is_hidden`) can be neither added, changed nor
deleted: rows come from transcripts, through `gallery.ingest`, and an original is rebuilt from blobs that
several transcripts share. Of what people added, tags can be renamed and merged, notes and shared searches deleted;
what somebody keeps for themselves is not shown.
"""

from __future__ import annotations

from django.contrib import admin

from gallery.admin import (
    audit,
    blobs,
    collections,
    curation,
    images,
    prices,
    responses,
    shares,
    sign_in_links,
    tags,
    tokens,
    transcripts,
    users,
)

__all__ = [
    "audit",
    "blobs",
    "collections",
    "curation",
    "images",
    "prices",
    "responses",
    "shares",
    "sign_in_links",
    "tags",
    "tokens",
    "transcripts",
    "users",
]

admin.site.site_header = "Gallery"
admin.site.site_title = "Gallery"
admin.site.index_title = "Administration"
