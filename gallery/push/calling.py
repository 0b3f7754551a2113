"""Asking a gallery, again where that helps, and never where it would give the token away."""

from __future__ import annotations

import http.client
import ipaddress
import itertools
import json
import random
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from gallery.push.sources import Pipe, Source

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
LONGEST_WAIT = 900.0
"""In seconds. Who is asked to come back later than that gives up."""
MOST_ANSWER_BYTES = 16 * 1024 * 1024


class Hopeless(Exception):
    """Nothing can be pushed like this; the message says why."""


class Unanswered(Exception):
    """The gallery did not answer, or was too busy, however often it was asked."""


@dataclass
class Answer:
    status: int
    headers: Message
    content: bytes

    @property
    def told(self) -> dict[str, Any]:
        try:
            told = json.loads(self.content)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def file(self) -> dict[str, Any]:
        """What the gallery says of the one file that was sent."""
        files = self.told.get("files")
        return files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}

    @property
    def detail(self) -> str:
        """Why not, in the gallery's words; or in those of a proxy before it."""
        phrase = http.client.responses.get(self.status, "")
        return str(self.told.get("detail") or f"It was answered with {self.status} {phrase}".rstrip() + ".")


class Gallery:
    """A gallery at an address. Raises Hopeless where that is none, or where the token could be read on the way."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        is_insecure: bool = False,
        timeout: float = 120,
        retries: int = 6,
        say: Callable[[str], None],
    ) -> None:
        self.address = address.rstrip("/")
        self.token, self.timeout, self.retries, self.say = token, timeout, retries, say
        try:
            parts = urlsplit(self.address)
            self.host, self.port, self.prefix = parts.hostname or "", parts.port, parts.path
        except ValueError:
            raise Hopeless(_no_address(address)) from None
        is_odd = parts.query or parts.fragment or "@" in parts.netloc or re.search(r"[^!-~]", self.address)
        if parts.scheme not in {"http", "https"} or not self.host or is_odd:
            raise Hopeless(_no_address(address))
        self.is_https = parts.scheme == "https"
        if not (self.is_https or is_insecure or is_this_machine(self.host)):
            raise Hopeless(
                f"{self.address} is not encrypted: whoever is on the way could read the token. Use https, "
                "or --insecure in a network that you trust."
            )

    def push(self, source: Source) -> Answer:
        """Raises as `ask` does."""
        path = f"/api/transcripts?name={quote(source.name[-255:], safe='', errors='replace')}"
        answer = self.ask("POST", path, source)
        if answer.status == 411 and isinstance(source, Pipe):  # something on the way takes no chunks
            source.finish()
            answer = self.ask("POST", path, source)
        return answer

    def ask(self, method: str, path: str, source: Source | None = None) -> Answer:
        """What it answers in the end: asked again with growing pauses while it is busy or out of reach.

        Raises Unanswered, Hopeless, and Unreadable.
        """
        for attempt in itertools.count():
            wait = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            try:
                answer = self._exchange(method, path, source)
            except ssl.SSLCertVerificationError as error:
                why = f"The certificate of {self.host} is not trusted: {error.verify_message}."
                raise Hopeless(why) from None
            except (OSError, http.client.HTTPException) as error:
                trouble = f"{self.host} cannot be reached: {str(error) or type(error).__name__}."
            else:
                if answer.status not in {408, 429} and answer.status < 500:  # 408: a proxy waited too long
                    self._must_be_hopeful(answer)
                    return answer
                trouble = answer.detail
                wait = max(wait, seconds_asked_for(answer.headers.get("Retry-After", "")))
            if attempt >= self.retries or wait > LONGEST_WAIT:
                break
            self.say(f"{trouble} Trying again in {wait:.1f} s.")
            time.sleep(wait)
        raise Unanswered(trouble)

    def _exchange(self, method: str, path: str, source: Source | None) -> Answer:
        """Redirects are not followed: the token goes where it was meant to go, and nowhere else."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Connection": "close",
        }
        chunks = None
        if source is not None:
            headers["Content-Type"] = "application/octet-stream"
            length = source.length if isinstance(source, Pipe) else source.measure()
            if length is None:
                headers["Transfer-Encoding"] = "chunked"
            else:
                headers["Content-Length"] = str(length)
            chunks = source.chunks()
        kind = http.client.HTTPSConnection if self.is_https else http.client.HTTPConnection
        connection = kind(self.host, self.port, timeout=self.timeout)
        try:
            connection.connect()
            try:
                is_chunked = "Transfer-Encoding" in headers
                connection.request(method, self.prefix + path, chunks, headers, encode_chunked=is_chunked)
            except ConnectionError as broken:
                # Who refuses an upload may hang up before it is through; the answer may be here nevertheless.
                try:
                    answer = connection.getresponse()
                except (OSError, http.client.HTTPException):
                    raise broken from None
            else:
                answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read(MOST_ANSWER_BYTES))
        finally:
            connection.close()

    def _must_be_hopeful(self, answer: Answer) -> None:
        if answer.status in {401, 403}:
            raise Hopeless(f"The gallery does not accept the token in GALLERY_TOKEN. {answer.detail}")
        if 300 <= answer.status < 400:
            place = answer.headers.get("Location", "another place")
            raise Hopeless(f"{self.address} leads to {place}. If that is your gallery, give it as --url.")
        if not answer.told and answer.status in {200, 201, 404, 405}:
            raise Hopeless(f"No gallery answers at {self.address}. --url takes another address.")


def is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def seconds_asked_for(retry_after: str) -> float:
    """What a header Retry-After asks for, as RFC 9110, 10.2.3 has it: seconds or a date. 0 if it says neither."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)  # noqa: UP017 - Python 3.9 has no other
    return max(0, (moment - datetime.now(timezone.utc)).total_seconds())  # noqa: UP017


def _no_address(address: str) -> str:
    given = f"“{address}” is" if address and "@" not in address else "That is"
    return f"{given} no address of a gallery. Give one as --url https://gallery.example"
