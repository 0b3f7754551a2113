"""The gallery's one Django app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = "Gallery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gallery import checks  # noqa: F401 - importing registers them
        from gallery.last_seen import note_sign_in
        from gallery.role_groups import keep_groups

        user_logged_in.connect(note_sign_in, dispatch_uid="gallery-last-seen")
        post_migrate.connect(keep_groups, sender=self, dispatch_uid="gallery-roles")
