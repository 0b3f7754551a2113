"""What people may send, checked: uploads and pasted text, and where a transcript list begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The last microsecond that a datetime can hold.
LATEST = (datetime(9999, 12, 31, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
LARGEST_ID = 2**63 - 1


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Every file of the field, empty ones too: that a file is empty is for the reader to say, in its row."""

    widget = ManyFilesInput

    def clean(self, data: object, initial: object = None) -> list[UploadedFile[Any]]:  # noqa: ARG002 - Django's
        files = data if isinstance(data, list) else []
        return [file for file in files if file]


class UploadForm(forms.Form):
    """Files, or a transcript's text pasted, or both."""

    files = ManyFilesField(required=False, label="Files")  # type: ignore[assignment] # its name in the form
    # Not a CharField: that refuses NUL, and what is in a transcript is for the reader to judge.
    text = forms.Field(required=False, widget=forms.Textarea, label="Or paste the text of one")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("files") and not (cleaned.get("text") or "").strip() and not self.errors:
            raise forms.ValidationError(
                "There was no file and no text. Choose files or paste the text of a transcript, then upload.",
                code="nothing",
            )
        return cleaned


@dataclass(frozen=True, slots=True)
class TranscriptCursor:
    """A place in the transcripts, newest first: the one just before what is to be listed."""

    uploaded_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.uploaded_at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"


class TranscriptListForm(forms.Form):
    """`before`: the cursor of a next link."""

    before = forms.RegexField(r"^[0-9]{1,18}-[0-9]{1,19}\Z", required=False)

    def clean_before(self) -> TranscriptCursor | None:
        value: str = self.cleaned_data["before"]
        if not value:
            return None
        microseconds, pk = map(int, value.split("-"))
        if microseconds > LATEST or pk > LARGEST_ID:
            raise forms.ValidationError("That is no place in the list.")
        return TranscriptCursor(EPOCH + timedelta(microseconds=microseconds), pk)


class TranscriptDetailForm(forms.Form):
    """`from`: the position of the response that the page begins with."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["from"] = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
