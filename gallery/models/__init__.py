"""What is kept, by purpose: the archive, what people add to it, what finds things in it, prices, ways in and
out, who did what."""

from gallery.models.access import ApiToken, SignInLink
from gallery.models.archive import Blob, Image, OutputItem, Response, ResponseTranscript, Transcript
from gallery.models.curation import (
    Collection,
    CollectionImage,
    ImageNote,
    ImageTag,
    Mark,
    SavedSearch,
    Selection,
    Tag,
)
from gallery.models.finding import FacetSet, FacetTally, SearchGeneration, SearchTerm
from gallery.models.people import AuditEntry, LastSeen
from gallery.models.pricing import Price
from gallery.models.sharing import Share
from gallery.models.usage import PictureTally, ResponseTally, UsageKey

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Blob",
    "Collection",
    "CollectionImage",
    "FacetSet",
    "FacetTally",
    "Image",
    "ImageNote",
    "ImageTag",
    "LastSeen",
    "Mark",
    "OutputItem",
    "PictureTally",
    "Price",
    "Response",
    "ResponseTally",
    "ResponseTranscript",
    "SavedSearch",
    "SearchGeneration",
    "SearchTerm",
    "Selection",
    "Share",
    "SignInLink",
    "Tag",
    "Transcript",
    "UsageKey",
]
