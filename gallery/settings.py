"""The gallery's settings, all from the environment (see `.env.example`). Importing this writes nothing anywhere."""

from __future__ import annotations

import os
from datetime import timedelta

import django
from django.core.exceptions import ImproperlyConfigured

from gallery import environment

BASE_DIR = environment.BASE_DIR
DATA_DIR = environment.data_dir()

DEBUG = environment.boolean("GALLERY_DEBUG", default=False)
SECRET_KEY = environment.secret("GALLERY_SECRET_KEY", fallback_file=environment.secret_key_file())
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "GALLERY_SECRET_KEY is not set and the data folder has no secret-key file. `make run` makes one; "
        "elsewhere set GALLERY_SECRET_KEY to 50 random characters."
    )
ALLOWED_HOSTS = environment.names("GALLERY_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("GALLERY_TRUSTED_ORIGINS")

# Where `manage.py start` listens, and how it is reached from outside (it stands in sign-in links).
LISTEN_HOST = environment.text("GALLERY_HOST", "127.0.0.1")
LISTEN_PORT = environment.integer("PORT", 8000, least=1, most=65535)
BASE_URL = environment.base_url("GALLERY_BASE_URL", default=f"http://127.0.0.1:{LISTEN_PORT}")
SERVER_WORKERS = environment.integer("GALLERY_WORKERS", min(os.cpu_count() or 1, 4), least=1, most=64)
SERVER_THREADS = environment.integer("GALLERY_THREADS", 32, least=1, most=256)

# HTTPS: on where a proxy terminates TLS. `make run` serves plain HTTP on the loopback address.
HTTPS = environment.boolean("GALLERY_HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Who may say, in X-Forwarded-For, for whom they ask. What others write there is not read.
TRUSTED_PROXIES = environment.networks("GALLERY_TRUSTED_PROXIES")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "gallery",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "gallery.middleware.ClosedByDefaultMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gallery.middleware.SignInRequiredMiddleware",
    "gallery.middleware.PasswordNeededMiddleware",
    "gallery.middleware.LastSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gallery.urls"
WSGI_APPLICATION = "gallery.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": environment.database("DATABASE_URL", default_file=DATA_DIR / "gallery.sqlite3"),
}
DB_POOL = environment.integer("GALLERY_DB_POOL", 8, least=1, most=100)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue at the start of their transaction instead of failing at its end.
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; "
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": DB_POOL},
    }

MEDIA_DIR = DATA_DIR / "files"
S3_BUCKET = environment.text("GALLERY_S3_BUCKET")
S3_OPTIONS = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": environment.text("GALLERY_S3_ENDPOINT") or None,
    "region_name": environment.text("GALLERY_S3_REGION") or None,
    "location": environment.text("GALLERY_S3_PREFIX"),
    # Without them the usual places are asked: instance role, AWS_* variables, ~/.aws.
    "access_key": environment.secret("GALLERY_S3_ACCESS_KEY") or None,
    "secret_key": environment.secret("GALLERY_S3_SECRET_KEY") or None,
    # A name is the hash of its content: writing it again writes the same.
    "file_overwrite": True,
    "default_acl": None,
}
STORAGES = {
    "default": (
        {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": S3_OPTIONS}
        if S3_BUCKET
        else {"BACKEND": "gallery.storage.AtomicFileSystemStorage", "OPTIONS": {"location": MEDIA_DIR}}
    ),
    "staticfiles": {"BACKEND": "gallery.static_files.HashedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "gallery.sessions"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "gallery.sessions.SessionBackend"]
LOGIN_URL = "gallery:sign_in"
LOGIN_REDIRECT_URL = "gallery:image_list"
LOGOUT_REDIRECT_URL = "gallery:sign_in"
CSRF_FAILURE_VIEW = "gallery.views.accounts.csrf_failure"

# Who guesses passwords waits: by name and address, so that nobody can lock out somebody else from afar.
AXES_FAILURE_LIMIT = environment.integer("GALLERY_LOCKOUT_FAILURES", 10, least=3, most=1000)
AXES_COOLOFF_TIME = timedelta(minutes=environment.integer("GALLERY_LOCKOUT_MINUTES", 15, least=1, most=1440))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "gallery.middleware.guessing_machine"
AXES_USERNAME_CALLABLE = "gallery.middleware.name_guessed_at"
AXES_LOCKOUT_CALLABLE = "gallery.views.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit knows who signed in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Invitations are mailed where there is a mail server, and shown to whoever invites in any case.
MAIL_HOST = environment.text("GALLERY_EMAIL_HOST")
MAIL_SECURITY = environment.choice("GALLERY_EMAIL_SECURITY", "starttls", among=("starttls", "tls", "none"))
MAIL_OPTIONS = {
    "host": MAIL_HOST,
    "port": environment.integer(
        "GALLERY_EMAIL_PORT", 465 if MAIL_SECURITY == "tls" else 587, least=1, most=65535
    ),
    "username": environment.text("GALLERY_EMAIL_USER"),
    "password": environment.secret("GALLERY_EMAIL_PASSWORD"),
    "use_tls": MAIL_SECURITY == "starttls",
    "use_ssl": MAIL_SECURITY == "tls",
    "timeout": 15,
}
DEFAULT_FROM_EMAIL = environment.email_address("GALLERY_EMAIL_FROM")
if MAIL_HOST and not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured(
        "GALLERY_EMAIL_HOST is set and GALLERY_EMAIL_FROM is not: mail needs an address that it comes from."
    )
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": MAIL_OPTIONS}}
else:
    EMAIL_HOST, EMAIL_PORT = MAIL_HOST, MAIL_OPTIONS["port"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_OPTIONS["username"], MAIL_OPTIONS["password"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_OPTIONS["use_tls"], MAIL_OPTIONS["use_ssl"]
    EMAIL_TIMEOUT = MAIL_OPTIONS["timeout"]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = environment.time_zone("GALLERY_TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = False

UPLOAD_LIMIT_BYTES = environment.integer("GALLERY_UPLOAD_LIMIT_MB", 256, least=1, most=4096) * 1024 * 1024
# Uploads stream to the disk that will keep them: the system's own folder may be small, or memory. No other form takes
# files.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
SILENCED_SYSTEM_CHECKS = ["files.E001"]  # that folder need not be there: the first upload makes it
FILE_UPLOAD_HANDLERS = ["gallery.upload_handlers.NoFilesHandler"]
# Of each token, in each process group that shares memory: see gallery.rates.
API_REQUESTS_PER_MINUTE = environment.integer("GALLERY_API_REQUESTS_PER_MINUTE", 600, least=1, most=1_000_000)
PICTURE_LIMIT_PIXELS = (
    environment.integer("GALLERY_PICTURE_LIMIT_MEGAPIXELS", 40, least=1, most=500) * 1_000_000
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "gallery.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
