"""The API's own description as a page: made of its OpenAPI document, so that it says what the API does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from gallery.pages.words import Json


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a call, or a field of an answer. `where` is query, path or header, empty for fields."""

    name: str
    type: str
    words: str
    where: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    words: str
    shape: str


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one address. `id` names its place on the page."""

    id: str
    method: str
    path: str
    summary: str
    words: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str
    body_types: tuple[str, ...]
    answers: tuple[Answer, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What the API calls an object of its answers, and its fields."""

    name: str
    words: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """`id` is what the problem's `type` leads to on this page."""

    id: str
    status: int
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class ApiDocsPage:
    base_url: str
    groups: tuple[tuple[str, tuple[Call, ...]], ...]
    shapes: tuple[Shape, ...]
    problems: tuple[ProblemKind, ...]
    requests_per_minute: int
    upload_limit_mb: int


def api_docs_page(
    document: Mapping[str, Any],
    problems: Iterable[ProblemKind],
    *,
    base_url: str,
    requests_per_minute: int,
    upload_limit_mb: int,
) -> ApiDocsPage:
    groups: dict[str, list[Call]] = {}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            groups.setdefault(call["tags"][0], []).append(_call(path, method.upper(), call, base_url))
    return ApiDocsPage(
        base_url=base_url,
        groups=tuple((name, tuple(calls)) for name, calls in groups.items()),
        shapes=tuple(
            _shape(name, schema)
            for name, schema in sorted(document["components"]["schemas"].items())
            if "properties" in schema
        ),
        problems=tuple(problems),
        requests_per_minute=requests_per_minute,
        upload_limit_mb=upload_limit_mb,
    )


def _call(path: str, method: str, call: Mapping[str, Any], base_url: str) -> Call:
    body = call.get("requestBody", {})
    return Call(
        id=call["operationId"].replace("_", "-"),
        method=method,
        path=path,
        summary=call["summary"],
        words=tuple(_plain(part) for part in call.get("description", "").split("\n\n") if part.strip()),
        parameters=tuple(
            Field(
                each["name"],
                _type(each["schema"]),
                _plain(each.get("description", "")),
                each["in"],
                bool(each.get("required")),
            )
            for each in call.get("parameters", ())
        ),
        body=body.get("description", ""),
        body_types=tuple(body.get("content", {})),
        answers=tuple(_answer(int(status), answer) for status, answer in call["responses"].items()),
        example=_example(path, method, base_url),
    )


def _answer(status: int, answer: Mapping[str, Any]) -> Answer:
    shapes = []
    for media_type, content in answer.get("content", {}).items():
        is_json = media_type.endswith("json")
        shapes.append(_type(content["schema"]) if is_json else media_type)
    return Answer(status, HTTPStatus(status).phrase, ", ".join(dict.fromkeys(shapes)))


def _example(path: str, method: str, base_url: str) -> str:
    parts = (f"${part[1:-1].upper()}" if part.startswith("{") else part for part in path.split("/"))
    body = " --data-binary @response.json" if method == "POST" else ""
    return f'curl -H "Authorization: Bearer $GALLERY_TOKEN"{body} "{base_url}{"/".join(parts)}"'


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = set(schema.get("required", ()))
    return Shape(
        name=name,
        words=_plain(schema.get("description", "")),
        fields=tuple(
            Field(
                field, _type(details), _plain(details.get("description", "")), is_required=field in required
            )
            for field, details in schema.get("properties", {}).items()
        ),
    )


def _plain(words: str) -> str:
    """One line, without the marks that descriptions put around names."""
    return " ".join(words.replace("`", "").split())


def _type(schema: Json) -> str:
    """`text or null`, `list of Image`, as a reader would say it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema or "allOf" in schema:
        parts = schema.get("anyOf") or schema["allOf"]
        return " or ".join(dict.fromkeys(_type(part) for part in parts))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema.get('items', {}))}"
        case "object":
            values = schema.get("additionalProperties")
            return f"object of {_type(values)}" if isinstance(values, dict) and values else "object"
        case "string":
            return {"date": "date", "binary": "bytes"}.get(schema.get("format", ""), "text")
        case "integer" | "number" | "boolean" | "null" as kind:
            return str(kind)
        case _:
            return "any"
