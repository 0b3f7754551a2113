"""What is kept, by purpose: the archive, what people add to it, what finds things in it, prices, ways in."""

from gallery.models.access import SignInLink
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
from gallery.models.finding import FacetSet, FacetTally, SearchTerm
from gallery.models.pricing import Price

__all__ = [
    "Blob",
    "Collection",
    "CollectionImage",
    "FacetSet",
    "FacetTally",
    "Image",
    "ImageNote",
    "ImageTag",
    "Mark",
    "OutputItem",
    "Price",
    "Response",
    "ResponseTranscript",
    "SavedSearch",
    "SearchTerm",
    "Selection",
    "SignInLink",
    "Tag",
    "Transcript",
]
