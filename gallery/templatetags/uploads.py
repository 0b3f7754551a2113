"""What the upload box says about its limits."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def upload_limit_bytes() -> int:
    limit: int = settings.UPLOAD_LIMIT_BYTES
    return limit


@register.simple_tag
def upload_limit() -> str:
    """In the unit of its setting, GALLERY_UPLOAD_LIMIT_MB."""
    return f"{settings.UPLOAD_LIMIT_BYTES // 1024**2} MB"
