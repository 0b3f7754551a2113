"""What the archive keeps. Rows are written by `gallery.ingest` alone; everything else reads.

Vocabulary: a Transcript is an uploaded file; a Response one API response, known from one or more transcripts;
an OutputItem one item of its output; an Image one picture of an item; a Blob one distinct file of bytes.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from gallery.models.pricing import Price
from gallery.querysets import SHOWN, ImageQuerySet, ResponseQuerySet, TranscriptQuerySet


class Blob(models.Model):
    """One distinct file, named by the hash of its bytes. Its facts come from the bytes, never from a declaration."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frame_count = models.PositiveIntegerField(default=1)
    has_alpha = models.BooleanField(default=False)
    has_c2pa = models.BooleanField(default=False)
    has_thumbnail = models.BooleanField(default=False)
    placeholder = models.TextField(blank=True, help_text="A tiny data: URL shown until the picture arrives.")
    flaw = models.TextField(blank=True, help_text="Why it cannot be shown as a picture, in a sentence.")
    stored_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"

    @property
    def is_animated(self) -> bool:
        return self.frame_count > 1


class Transcript(models.Model):
    """One uploaded file. Its bytes are kept as a skeleton (see `gallery.archive`) and can be given back exactly."""

    class Source(models.TextChoices):
        BROWSER = "browser", "browser"
        COMMAND = "command", "command line"
        API = "api", "API"
        EXAMPLES = "examples", "examples"

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(
        max_length=255, help_text="The file's name as uploaded; shown, never used as a path."
    )
    shape = models.CharField(max_length=10)
    shape_detail = models.CharField(max_length=100, blank=True)
    encoding = models.CharField(max_length=20)
    compression = models.CharField(max_length=10, blank=True)
    size_bytes = models.PositiveBigIntegerField()
    kept_bytes = models.PositiveBigIntegerField(
        help_text="What keeping it added on disk: skeleton, new blobs and their thumbnails."
    )
    event_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(
        default=list, blank=True, help_text="[{code, message, place}], in file order."
    )
    problem_count = models.PositiveIntegerField(default=0)
    response_count = models.PositiveIntegerField(default=0)
    picture_count = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.BROWSER)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="transcripts"
    )
    uploaded_at = models.DateTimeField()
    responses: models.ManyToManyField[Response, ResponseTranscript] = models.ManyToManyField(
        "Response", through="ResponseTranscript", related_name="transcripts"
    )
    blobs = models.ManyToManyField(Blob, related_name="transcripts", blank=True)

    objects = TranscriptQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-uploaded_at", "-id"], name="transcript_newest")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gallery:transcript_detail", args=[self.pk])


class Response(models.Model):
    """One API response, merged from every transcript that holds a form of it.

    `response_id`, `created_at` and `model` identify it together: ids alone repeat across unrelated recordings.
    `key` is that identity with a number for twins whose outputs contradict each other.
    """

    key = models.CharField(
        max_length=64, unique=True, help_text="Hash of its identity; see gallery.identity."
    )
    kind = models.CharField(max_length=10)
    response_id = models.CharField(max_length=255, db_index=True)
    is_id_made = models.BooleanField(default=False)
    custom_id = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=255, blank=True)
    image_model = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=50, blank=True)
    created_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=255, blank=True)
    error_message = models.TextField(blank=True)
    incomplete_reason = models.CharField(max_length=255, blank=True)
    instructions = models.TextField(null=True)  # noqa: DJ001 - None: silent; "": said to be empty
    previous_response_id = models.CharField(max_length=255, blank=True, db_index=True)
    output_text = models.TextField(null=True)  # noqa: DJ001 - None: no message; "": an empty one

    input_tokens = models.BigIntegerField(null=True)
    cached_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    reasoning_tokens = models.BigIntegerField(null=True)
    total_tokens = models.BigIntegerField(null=True)
    image_input_tokens = models.BigIntegerField(null=True)
    image_input_text_tokens = models.BigIntegerField(null=True)
    image_input_image_tokens = models.BigIntegerField(null=True)
    image_output_tokens = models.BigIntegerField(null=True)
    image_output_text_tokens = models.BigIntegerField(null=True)
    image_output_image_tokens = models.BigIntegerField(null=True)
    image_total_tokens = models.BigIntegerField(null=True)
    image_cached_tokens = models.BigIntegerField(null=True)
    image_cached_text_tokens = models.BigIntegerField(null=True)
    image_cached_image_tokens = models.BigIntegerField(null=True)

    chat_cost_usd = models.DecimalField(
        max_digits=20,
        decimal_places=9,
        null=True,
        blank=True,
        help_text="What its chat model's own tokens cost; null where unknown.",
    )
    # Without an index, as that of images.
    chat_price = models.ForeignKey(
        Price,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="responses",
        db_index=False,
        help_text="What that cost was reckoned by.",
    )

    requested = models.JSONField(
        default=dict, blank=True, help_text="The image tool's settings as asked for."
    )
    rest = models.JSONField(default=dict, blank=True, help_text="Every other key of the response object.")
    salvaged = models.JSONField(default=list, blank=True, help_text="Fields recovered from damaged text.")
    timeline = models.JSONField(default=list, blank=True, help_text="[{type, count, first_event, line}].")
    problems = models.JSONField(default=list, blank=True, help_text="[{code, message, place}].")
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="responses"
    )
    first_uploaded_at = models.DateTimeField()

    objects = ResponseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-first_uploaded_at", "-id"], name="response_newest"),
            # With what the usage page asks for, so that responses which are few among many are found in the index.
            models.Index(
                Coalesce("created_at", "first_uploaded_at").desc(),
                models.F("id").desc(),
                models.F("status"),
                models.F("model"),
                models.F("uploader"),
                name="response_made",
            ),
        ]

    def __str__(self) -> str:
        return self.response_id

    def get_absolute_url(self) -> str:
        return reverse("gallery:response_detail", args=[self.pk])


class ResponseTranscript(models.Model):
    """A transcript holds a form of a response, as the `position`-th in the file."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="holdings")
    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="holdings")
    position = models.PositiveIntegerField()
    snapshot = models.BinaryField(
        default=b"",
        help_text="The form that this transcript holds, packed (gallery.snapshots): a response's rows are always the "
        "merger of all its snapshots, so the order of uploads does not matter.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transcript", "position"], name="holding_once_per_position"),
            models.UniqueConstraint(fields=["transcript", "response"], name="holding_once_per_response"),
        ]

    def __str__(self) -> str:
        return f"{self.transcript} holds {self.response}"


class OutputItem(models.Model):
    """One item of a response's output. `payload` is the item as JSON, without base64."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    item_id = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=100)
    status = models.CharField(max_length=50, blank=True)
    role = models.CharField(max_length=50, blank=True)
    text = models.TextField(null=True)  # noqa: DJ001 - None: no text; "": an empty one
    payload = models.JSONField(default=dict, blank=True)
    is_salvaged = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "position"], name="item_once_per_position"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.type} at {self.position}"


class Image(models.Model):
    """One picture of an item, with everything the grid shows and filters by: cards read this table alone.

    `id` sorts by time: the second of generation in the high bits, a hash of (response, position, role, index) in the
    low ones (`gallery.identity.image_id`). It exceeds 2**53, so it travels as a string in JSON.
    """

    class Role(models.TextChoices):
        FINAL = "final", "final"
        PARTIAL = "partial", "partial"
        PLOT = "plot", "plot"

    class State(models.TextChoices):
        STORED = "stored", "stored"
        ELIDED = "elided", "elided"
        MISSING = "missing", "missing"
        BROKEN = "broken", "broken"
        REFUSED = "refused", "refused"

    id = models.BigIntegerField(primary_key=True)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="images")
    item = models.ForeignKey(
        OutputItem, null=True, blank=True, on_delete=models.CASCADE, related_name="images"
    )
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role.choices)
    index = models.PositiveIntegerField(default=0)
    is_card = models.BooleanField(help_text="Shown in the grid: finals and plots, not partials.")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.TextField(
        blank=True, help_text="Why it is not stored, or cannot be shown, in a sentence."
    )
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="images")
    stand_in = models.ForeignKey(
        Blob,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stand_in_images",
        help_text="The best partial, shown while the final picture itself is not there.",
    )
    is_salvaged = models.BooleanField(default=False)
    declared_type = models.CharField(max_length=100, blank=True)

    # What the bytes say (of the blob; for an elided picture, of the head that is left).
    media_type = models.CharField(max_length=100, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    has_c2pa = models.BooleanField(default=False)
    has_alpha = models.BooleanField(default=False)
    is_animated = models.BooleanField(default=False)
    has_thumbnail = models.BooleanField(default=False, help_text="Of the blob, or else of the stand-in.")
    placeholder = models.TextField(blank=True)

    # What the transcript says: the item's own words, and the tool's where the item is silent ("requested_").
    model = models.CharField(max_length=255, blank=True)
    image_model = models.CharField(max_length=255, blank=True)
    response_status = models.CharField(max_length=50, blank=True)
    prompt = models.TextField(null=True)  # noqa: DJ001 - None: the transcript does not say
    size = models.CharField(max_length=50, blank=True)
    quality = models.CharField(max_length=50, blank=True)
    background = models.CharField(max_length=50, blank=True)
    output_format = models.CharField(max_length=50, blank=True)
    action = models.CharField(max_length=50, blank=True)
    requested = models.JSONField(default=dict, blank=True)
    partial_count = models.PositiveIntegerField(default=0)
    total_tokens = models.BigIntegerField(
        null=True, help_text="The response's chat and image tokens known so far."
    )

    generated_at = models.DateTimeField(null=True, help_text="The response's created_at; null where unknown.")
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="images"
    )
    added_at = models.DateTimeField(help_text="When its response first came here.")

    # What follows from the above, kept for sorting, counting and folding (`gallery.indexing`).
    pixels = models.PositiveBigIntegerField(default=0, help_text="Width times height; 0 where unknown.")
    cost_usd = models.DecimalField(
        max_digits=20,
        decimal_places=9,
        null=True,
        blank=True,
        help_text="What the picture cost; null where unknown.",
    )
    is_cost_estimated = models.BooleanField(default=False)
    cost_rank = models.BigIntegerField(
        default=0, help_text="Sorts by cost: in billionths of a dollar; 0 where unknown."
    )
    cost_share = models.PositiveIntegerField(
        null=True,
        help_text="The cost is one of so many equal shares of what its response used; null: estimated.",
    )
    # Without an index: nothing looks for the pictures of a price, and every picture would pay for it.
    price = models.ForeignKey(
        Price,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="images",
        db_index=False,
        help_text="What the cost was reckoned by.",
    )
    facet_set = models.ForeignKey(
        "FacetSet", null=True, blank=True, on_delete=models.PROTECT, related_name="images"
    )
    stack = models.BigIntegerField(default=0, help_text="Equal for pictures that fold into one tile.")
    is_stack_top = models.BooleanField(
        default=False, help_text="The newest of its stack that the grid shows."
    )

    # What people decided.
    rating_rank = models.PositiveIntegerField(
        default=0, help_text="A hundred times the mean of its ratings; 0 without any."
    )
    is_hidden = models.BooleanField(default=False)
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "position", "role", "index"], name="image_once_per_place"
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], name="image_newest", condition=SHOWN),
            models.Index(
                fields=["-id"], name="image_tops_newest", condition=SHOWN & models.Q(is_stack_top=True)
            ),
            models.Index(fields=["-added_at", "-id"], name="image_added", condition=SHOWN),
            models.Index(fields=["-pixels", "-id"], name="image_largest", condition=SHOWN),
            models.Index(fields=["-cost_rank", "-id"], name="image_dearest", condition=SHOWN),
            models.Index(fields=["-rating_rank", "-id"], name="image_best", condition=SHOWN),
            models.Index(fields=["stack", "-id"], name="image_stack"),
            models.Index(fields=["stack"], name="image_top", condition=models.Q(is_stack_top=True)),
            models.Index(fields=["uploader", "-id"], name="image_by_uploader"),
            models.Index(
                fields=["-trashed_at", "-id"],
                name="image_trash",
                condition=models.Q(trashed_at__isnull=False),
            ),
            # Few among very many: without these, a list of them walks all pictures from the newest to find its page.
            models.Index(fields=["-id"], name="image_hidden", condition=models.Q(is_hidden=True)),
            models.Index(fields=["-id"], name="image_trashed", condition=models.Q(trashed_at__isnull=False)),
            models.Index(fields=["-id"], name="image_estimated", condition=models.Q(is_cost_estimated=True)),
        ]

    def __str__(self) -> str:
        return (self.prompt or f"{self.role} of {self.response_id}")[:80]

    def get_absolute_url(self) -> str:
        return reverse("gallery:image_detail", args=[self.pk])
