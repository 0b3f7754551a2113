"""What a reader may do, asked in templates."""

from __future__ import annotations

from django import template

from gallery import roles
from gallery.roles import Person, Role

register = template.Library()


@register.filter
def is_at_least(user: Person, role: str) -> bool:
    """`{% if user|is_at_least:"contributor" %}`"""
    return roles.is_at_least(user, Role(role))
