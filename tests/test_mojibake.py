"""UTF-8 that was misread as Windows-1252 is repaired for display, and nothing else is touched."""

from __future__ import annotations

import pytest

from gallery.mojibake import repaired, repaired_beginning


@pytest.mark.parametrize("text", ["it\u2019s", "“quoted”", "naïve café", "日本", "🦊", "a \u2013 b"])
def test_misread_text_is_read_again(text: str) -> None:
    misread = "".join(
        bytes([byte]).decode("cp1252") if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)
        for byte in text.encode()
    )
    assert repaired(misread) == text


@pytest.mark.parametrize(
    "text", ["", "plain", "naïve café", "日本", "it\u2019s", "Ã alone", "â€™ and 日本", "Ångström"]
)
def test_text_that_was_read_well_is_left_alone(text: str) -> None:
    assert repaired(text) is None


def test_beginning_may_end_inside_a_character() -> None:
    assert repaired_beginning("the echidnaâ€™s body and itâ€") == "the echidna\u2019s body and it"
