"""Ways in: what lets a person sign in besides a password."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """A one-time way in for one user. Only the token's hash is kept; it works once, before `expires_at`."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_links")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "sign-in link"

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"


class ApiToken(models.Model):
    """What lets a program act for a person. Only the secret's hash is kept."""

    class Scope(models.TextChoices):
        READ = "read", "read"
        UPLOAD = "upload", "read and upload"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    beginning = models.CharField(max_length=12, help_text="Of the secret, to tell tokens apart.")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text="To within a minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        indexes = [models.Index(fields=["user", "-made_at"], name="tokens_of_person")]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
