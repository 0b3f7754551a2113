"""Both decoders give the same bytes for the same text, and doubt the same texts."""

from __future__ import annotations

import base64
import binascii
import mmap
from pathlib import Path
from random import Random

import pytest

from gallery.transcripts import openssl_base64
from gallery.transcripts.openssl_base64 import decode_strictly


@pytest.fixture(params=["as this Python can", "binascii"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "binascii":
        monkeypatch.setattr(openssl_base64, "_evp_decode", None)


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("length", [0, 1, 2, 3, 4095, 4096, 6000, 6001, 6002, 100_000])
def test_whole_texts_are_decoded_wherever_they_stand(length: int) -> None:
    data = Random(length).randbytes(length)
    text = base64.b64encode(data)
    assert decode_strictly(text, 0, len(text)) == data
    assert decode_strictly(b'"' + text + b'"', 1, 1 + len(text)) == data
    assert decode_strictly(bytearray(b'"' + text + b'"'), 1, 1 + len(text)) == data


@pytest.mark.usefixtures("decoder")
def test_texts_in_a_mapped_file_are_decoded(tmp_path: Path) -> None:
    data = Random(1).randbytes(9000)
    path = tmp_path / "text"
    path.write_bytes(b"x" + base64.b64encode(data))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert decode_strictly(mapped, 1, 12_001) == data


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("wrong", [b"-", b"_", b"=", b" ", b"\n", b".", b"\0", b"\xff", b"\\", b""])
@pytest.mark.parametrize("place", [0, 1, 4000, 7997, 7999])
def test_anything_else_is_refused(wrong: bytes, place: int) -> None:
    text = base64.b64encode(Random(2).randbytes(6000))
    damaged = text[:place] + wrong + text[place + 1 :]
    if wrong == b"=" and place == 7999:
        assert len(decode_strictly(damaged, 0, len(damaged))) == 5999
        return
    with pytest.raises(binascii.Error):
        decode_strictly(damaged, 0, len(damaged))
