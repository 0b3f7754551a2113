"""What the server does otherwise than gunicorn would."""

from __future__ import annotations

import socket

from django.core.handlers.wsgi import WSGIHandler
from gunicorn.http.body import LengthReader
from gunicorn.http.unreader import SocketUnreader

from gallery.server import Server
from gallery.upload_handlers import CHUNK_BYTES


def test_of_a_body_no_more_is_received_at_once_than_is_asked_for():
    Server(WSGIHandler(), {})
    sender, receiver = socket.socketpair()
    with sender, receiver:
        sender.sendall(bytes(CHUNK_BYTES + 1000))
        unreader = SocketUnreader(receiver)
        body = LengthReader(unreader, CHUNK_BYTES + 1000)
        assert len(body.read(CHUNK_BYTES)) == CHUNK_BYTES
        assert unreader.take_buffered() == b""
        assert len(body.read(CHUNK_BYTES)) == 1000
