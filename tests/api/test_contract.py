"""The API keeps to its own description: whatever is sent, no answer is a fault, and none is of a kind not declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from zeal import zeal_ignore

from gallery.api.document import document
from gallery.api.problems import KINDS
from gallery.ingest import ingest_upload
from gallery.models import Blob, Image, Response, Transcript
from tests.api.programs import secret_of
from tests.browser.surroundings import EXAMPLES

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
CALLS = [(method, path) for path, calls in document()["paths"].items() for method in calls]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
EXAMPLES_OF_EACH = 6


@pytest.fixture
def schema(settings: Any) -> Iterator[Any]:
    """The description, with the application itself to ask: no server is between."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]
    described = schemathesis.openapi.from_dict(document())
    described.app = read_and_closed(get_wsgi_application())
    described.location = "/api/openapi.json"
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # they would end the test's transaction
    # What is uploaded file by file looks like a query for each of them, and is one.
    with zeal_ignore():
        yield described
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def places(alice: User) -> dict[str, dict[str, str]]:
    """Things that are there, by the addresses that name such things."""
    for path in EXAMPLES[1:3]:
        ingest_upload(path, name=path.name, uploader=alice, source_kind=Transcript.Source.API)
    image, response, transcript = Image.objects.first(), Response.objects.first(), Transcript.objects.first()
    return {
        "/api/images/{key}": {"key": str(image.pk)},
        "/api/responses/{id}": {"id": str(response.pk)},
        "/api/responses/{id}/json": {"id": str(response.pk)},
        "/api/transcripts/{id}": {"id": str(transcript.pk)},
        "/api/transcripts/{id}/original": {"id": str(transcript.pk)},
        "/api/blobs/{sha256}": {"sha256": Blob.objects.first().pk},
        "/api/thumbs/{sha256}": {"sha256": Blob.objects.first().pk},
    }


def read_and_closed(application: Any) -> Any:
    """As a server does it with every answer."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with closing(application(environ, start_response)) as response:
            return [b"".join(response)]

    return answer


def hold(strategy: Any, headers: dict[str, str], *, examples: int = EXAMPLES_OF_EACH) -> None:
    """Sends what the strategy makes up, and checks each answer."""

    @hypothesis.settings(
        max_examples=examples,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    @hypothesis.given(case=strategy)
    def answers_as_declared(case: Any) -> None:
        case.headers.pop("Authorization", None)
        case.call_and_validate(headers=headers, checks=CHECKS)

    answers_as_declared()


@pytest.mark.parametrize("mode", MODES, ids=["fitting", "unfitting"])
@pytest.mark.parametrize(("method", "path"), CALLS, ids=[f"{method} {path}" for method, path in CALLS])
def test_answers_are_those_declared(
    schema: Any, alice: User, places: dict[str, dict[str, str]], method: str, path: str, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {secret_of(alice, scope='upload')[1]}"}
    call = schema[path][method]
    hold(call.as_strategy(mode), headers)
    if path in places:
        hold(call.as_strategy(mode, path_parameters=places[path]), headers)


@pytest.mark.parametrize(("method", "path"), CALLS, ids=[f"{method} {path}" for method, path in CALLS])
def test_without_a_token_every_call_is_refused_as_declared(
    schema: Any, db: None, method: str, path: str
) -> None:
    hold(schema[path][method].as_strategy(), {}, examples=3)


def test_every_call_is_described_with_the_problems_it_may_have() -> None:
    for path, calls in document()["paths"].items():
        for method, call in calls.items():
            assert {"401", "429", "500"} <= set(call["responses"]), (method, path)
            assert call["description"], (method, path)
            assert call["security"] == [{"BearerToken": []}]


def test_the_description_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")


def test_each_kind_of_problem_has_one_status_and_a_place_in_the_docs() -> None:
    for kind in KINDS.values():
        assert kind.type == f"/api/docs#problem-{kind.slug}"
        assert 400 <= kind.status <= 503
