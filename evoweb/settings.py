"""Settings of every evoweb process. The environment is read here, at the top, and nowhere else.

EVOWEB_HOME            folder of everything written at run time (default: ./var)
EVOWEB_DATABASE_URL    postgresql://user:password@host:port/name; without it SQLite under EVOWEB_HOME
EVOWEB_BROKER_URL      Celery's broker; without it the embedded Valkey's socket under EVOWEB_HOME
EVOWEB_EMAIL_URL       smtp://user:password@host:587/?from=evoweb@example.org, or smtps:// (port 465); else no mail
EVOWEB_ALLOWED_HOSTS   comma-separated host names, besides those of the loopback interface
EVOWEB_PROJECT_ROOTS   folders, separated as in PATH, from below which admins may import projects in the browser
EVOWEB_SANDBOX         `none` lets candidates run WITHOUT isolation where there is none; every page then says so
EVOWEB_SLOTS           evaluations at a time in one process (default: the number of cores)
EVOWEB_UNDO_SECONDS    how long an answer can be taken back before it takes effect (default: 10)
EVOWEB_LLM_PRIVATE_URLS  comma-separated hosts (host or host:port) inside a private network that models may be asked at
EVOWEB_MEASURES        `0`: workers of the rounds queue only drive; workers of the sandbox queue measure (several hosts)
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.contrib.messages.constants import WARNING
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from evoweb.broker import embedded_broker
from evoweb.secret import secret_key

BASE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("EVOWEB_HOME", BASE / "var")).resolve()
try:
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    SECRET_KEY = secret_key(HOME)
except OSError as error:
    raise ImproperlyConfigured(
        f"{HOME} cannot be used as evoweb's folder: {error.strerror}. Mend that, or choose another with EVOWEB_HOME."
    ) from error


def number(name: str) -> int:
    """The whole number in a variable of the environment; 0 without it."""
    text = os.environ.get(name, "") or "0"
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}, which is no whole number. Correct or unset it.")
    return int(text)


EVOWEB_HOME = HOME
EVOWEB_PROJECT_ROOTS = [root for root in os.environ.get("EVOWEB_PROJECT_ROOTS", "").split(os.pathsep) if root]
EVOWEB_SANDBOX = os.environ.get("EVOWEB_SANDBOX", "")
EVOWEB_SLOTS = number("EVOWEB_SLOTS") or os.cpu_count() or 1
EVOWEB_UNDO_SECONDS = number("EVOWEB_UNDO_SECONDS") if "EVOWEB_UNDO_SECONDS" in os.environ else 10
EVOWEB_LLM_PRIVATE_URLS = [host for host in os.environ.get("EVOWEB_LLM_PRIVATE_URLS", "").split(",") if host]
EVOWEB_MEASURES = os.environ.get("EVOWEB_MEASURES", "1") == "1"

DEBUG = False
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]  # always: the supervisor asks the web process for its health there
ALLOWED_HOSTS = LOOPBACK + [host for host in os.environ.get("EVOWEB_ALLOWED_HOSTS", "").split(",") if host]
ROOT_URLCONF = "evoweb.urls"
ASGI_APPLICATION = "evoweb.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "evoweb.admin.Config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",  # its table stays empty: accounts.Session has what it lacks, a person
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "apps.common",
    "apps.accounts",
    "apps.log",
    "apps.projects",
    "apps.records",
    "apps.sandbox",
    "apps.llm",
    "apps.oversight",
    "apps.rounds",
    "apps.experiments",
    "apps.lineage",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "apps.common.middleware.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database(url: str) -> dict[str, object]:
    """Django's description of the database behind url; SQLite under EVOWEB_HOME when url is empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "evoweb.sqlite3",
            "OPTIONS": {
                # Under DEFERRED reading and then writing fails with "database is locked" when two processes do it.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"EVOWEB_DATABASE_URL begins with {parts.scheme!r}; evoweb supports postgresql://user:password@host/name, "
            "and SQLite without it."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": database(os.environ.get("EVOWEB_DATABASE_URL", ""))}


def mail(url: str) -> dict[str, object]:
    """Options of Django's SMTP sender for the server behind url."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"EVOWEB_EMAIL_URL begins with {parts.scheme!r}; evoweb supports smtp://user:password@host:587/ (with "
            "STARTTLS where a user is given) and smtps://user:password@host:465/."
        )
    return {
        "host": parts.hostname,
        "port": parts.port or (465 if parts.scheme == "smtps" else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and bool(parts.username),  # never a password in the clear
        "timeout": 20,
    }


EVOWEB_EMAIL_URL = os.environ.get("EVOWEB_EMAIL_URL", "")
EVOWEB_MAIL = bool(EVOWEB_EMAIL_URL)
if EVOWEB_MAIL:
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": mail(EVOWEB_EMAIL_URL)}}
    DEFAULT_FROM_EMAIL = parse_qs(urlsplit(EVOWEB_EMAIL_URL).query).get("from", ["evoweb@localhost"])[0]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pages of coloured source, up to some 100 kB each.
    "syntax": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "syntax",
        "OPTIONS": {"MAX_ENTRIES": 256},
    },
}

AUTH_USER_MODEL = "accounts.User"
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _VALIDATION + "UserAttributeSimilarityValidator"},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": _VALIDATION + "NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
CSRF_FAILURE_VIEW = "apps.accounts.unsent.forged"
SESSION_ENGINE = "apps.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
MESSAGE_TAGS = {WARNING: "warn"}

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

FILE_UPLOAD_HANDLERS = [
    "apps.common.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000  # a folder with its litter; what is kept of it is bounded in staging.py
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # a path for each

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True

CELERY_BROKER_URL = os.environ.get("EVOWEB_BROKER_URL", embedded_broker(HOME)[1])
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# The broker is only a doorbell: early acknowledgement, no results, nothing that must survive.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_DEFAULT_QUEUE = "rounds"
# No limit: a message whose acknowledgement fails with its broker would use up one of 1 for good: a deaf worker.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"apps": {"level": "INFO"}, "evoweb": {"level": "INFO"}},
}
