#!/usr/bin/env python3
"""Run one of the gallery's commands: `python manage.py help` lists them."""

import os
import sys

MAY_MAKE_A_GALLERY = {"start", "demo"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gallery.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        if MAY_MAKE_A_GALLERY.intersection(sys.argv[1:2]):
            from gallery.first_run import prepare_data_folder

            prepare_data_folder()
        _ = (
            settings.INSTALLED_APPS
        )  # reads them: a wrong value is refused here, by a sentence instead of a traceback
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as problem:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database cannot be used (see DATABASE_URL and GALLERY_DATA_DIR): {problem}")


if __name__ == "__main__":
    main()
