"""Strict base64 decoding of long texts at four times binascii's speed, where Python's own OpenSSL can be reached.

Decoding is most of the time that reading a stream of pictures takes. `hashlib` has loaded libcrypto already, whose
decoder also lets other threads run meanwhile. Where it cannot be reached, binascii does the same, more slowly; which
of the two is used never shows in the result.
"""

from __future__ import annotations

import binascii
import ctypes
from collections.abc import Callable
from typing import Any

from gallery.transcripts.text import Readable

_LONG_ENOUGH = 4096
_LONGEST = 2**31 - 8
_Decoder = Callable[[int, int, int], int]


def decode_strictly(raw: Readable, start: int, stop: int) -> bytes:
    """The bytes of the padded base64 text at `raw[start:stop]`, of the standard alphabet and nothing else.

    Raises `binascii.Error`.
    """
    if _evp_decode is not None and _LONG_ENOUGH <= stop - start <= _LONGEST:
        if type(raw) is bytes:
            data = _decode_with(_evp_decode, raw, start, stop)
        else:
            data = _decode_with(_evp_decode, bytes(raw[start:stop]), 0, stop - start)
        if data is not None:
            return data
    with memoryview(raw) as whole, whole[start:stop] as text:
        return binascii.a2b_base64(text, strict_mode=True)


def _decode_with(decoder: _Decoder, text: bytes, start: int, stop: int) -> bytes | None:
    """The decoded bytes, or None where OpenSSL has a doubt: it trims white space and takes `=` anywhere for zeros."""
    padding = text.find(b"=", start, stop)
    if (stop - start) % 4 or (padding >= 0 and padding < stop - 2):
        return None
    try:
        last = binascii.a2b_base64(text[stop - 4 : stop], strict_mode=True)
    except binascii.Error:
        return None
    body = (stop - start - 4) // 4 * 3
    # A fresh bytes object nobody else has seen may be filled in place; the last group can be shorter than three.
    data: bytes = _new_bytes(None, body + len(last))
    address = _address_of(data)
    if decoder(address, _address_of(text) + start, stop - start - 4) != body:
        return None
    ctypes.memmove(address + body, last, len(last))
    return data


def _find_decoder() -> _Decoder | None:
    """EVP_DecodeBlock of the libcrypto that hashlib is linked with, if it does what is expected of it."""
    try:
        import _hashlib

        decoder: Any = ctypes.CDLL(_hashlib.__file__).EVP_DecodeBlock
    except (ImportError, AttributeError, OSError):
        return None
    decoder.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    decoder.restype = ctypes.c_int
    every = bytes(range(256)) * 3
    sample = binascii.b2a_base64(every, newline=False)
    if _decode_with(decoder, sample, 0, len(sample)) != every:
        return None
    for wrong in (b"-", b"_", b"\n", b" ", b"*", b"\0", b"\x80", b"\xff"):
        for place in (0, 5, 400, len(sample) - 5):
            damaged = sample[:place] + wrong + sample[place + 1 :]
            if _decode_with(decoder, damaged, 0, len(damaged)) is not None:
                return None
    return decoder  # type: ignore[no-any-return]


def _address_of(data: bytes) -> int:
    address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value
    if address is None:  # pragma: no cover - a bytes object always has one
        raise MemoryError
    return address


_new_bytes: Any = ctypes.pythonapi.PyBytes_FromStringAndSize
_new_bytes.restype = ctypes.py_object
_new_bytes.argtypes = [ctypes.c_char_p, ctypes.c_ssize_t]
_evp_decode = _find_decoder()
