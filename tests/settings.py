"""The gallery's own settings, quick to test with. `tests/conftest.py` has prepared the environment that they read."""

from gallery.settings import *  # noqa: F403
from gallery.settings import DATA_DIR, DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES

# In a file, not in memory: threads then meet the locks, the journal and the time-outs of the real thing.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}

# Hashing a password well takes a quarter of a second, on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Without hashed names: those need collectstatic, which the tests of `manage.py start` run.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

# A page that asks the database once per row fails its test.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
# Django reads the session again where signing in changes its key.
ZEAL_ALLOWLIST = [{"model": "sessions.Session", "field": "*"}]
