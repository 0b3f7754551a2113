"""Programs of Alice's, who contributes, and of Bob's, who only looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gallery import rates


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> Iterator[None]:
    rates.forget()
    yield
    rates.forget()


def with_groups(user: Any, *names: str) -> Any:
    from django.contrib.auth.models import Group  # only now is Django set up

    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])
    return type(user).objects.get(pk=user.pk)


@pytest.fixture
def alice(alice: Any) -> Any:
    return with_groups(alice, "contributor")


@pytest.fixture
def bob(bob: Any) -> Any:
    return with_groups(bob)


@pytest.fixture
def reader(bob: Any) -> Any:
    """A program of Bob's with a token that reads."""
    from tests.api.programs import bearing, secret_of

    return bearing(secret_of(bob)[1])


@pytest.fixture
def uploader(alice: Any) -> Any:
    """A program of Alice's with a token that uploads."""
    from tests.api.programs import bearing, secret_of

    return bearing(secret_of(alice, scope="upload")[1])
