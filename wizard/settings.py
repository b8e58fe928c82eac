"""Settings. The only place that reads the environment.

With nothing set, a clone runs on this machine alone: SQLite, and a key
generated once. `PRODUCTION=true` refuses to start without what it needs.
README.md lists every variable.
"""

import contextlib
import logging
import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.checks.security import base as security
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvValidationError, ValidationError, validate
from limits import parse_many

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment. All mistakes are told at once, by seal() below.

EXAMPLES = {
    "PRODUCTION": "true",
    "DEBUG": "false",
    "SECRET_KEY": "what python -c 'import secrets; print(secrets.token_urlsafe(50))' prints",
    "ALLOWED_HOSTS": "example.org,www.example.org",
    "TRUSTED_ORIGINS": "https://example.org",
    "BEHIND_TLS_PROXY": "true",
    "HSTS_PRELOAD": "false",
    "STALE_AFTER_DAYS": "180",
    "SECOND_PAIR_OF_EYES": "false",
    "TRUSTED_PROXIES": "1",
    "SHARE_RATE": "30/hour",
    "LOG_LEVEL": "INFO",
    "DATABASE_URL": "postgres://user:password@host/name",
}
DATABASE_SCHEMES = ("postgres", "postgresql", "sqlite")
LOG_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def _is_not_for_production(debug: bool) -> None:
    if PRODUCTION and debug:
        raise ValidationError("It excludes PRODUCTION=true.")


def _is_secret(told: str) -> None:
    """Refuse what Django's own check for deployment warns of."""
    if not PRODUCTION:
        return
    if len(told) < security.SECRET_KEY_MIN_LENGTH:
        raise ValidationError(f"It has fewer than {security.SECRET_KEY_MIN_LENGTH} characters.")
    if len(set(told)) < security.SECRET_KEY_MIN_UNIQUE_CHARACTERS:
        raise ValidationError("It has hardly any different characters.")
    if told.startswith(security.SECRET_KEY_INSECURE_PREFIX):
        raise ValidationError("Django made it for development.")


def _are_hosts(told: list[str]) -> None:
    if PRODUCTION and not any(told):
        raise ValidationError("It is empty.")
    wrong = [f"“{host}” is no host name." for host in told if not _is_host(host)]
    if PRODUCTION and "*" in told:
        wrong.append("“*” would answer to any name, and others could pass for this site.")
    if wrong:
        raise ValidationError(wrong)


def _is_host(told: str) -> bool:
    """Whether Django could find it in a request: no scheme, no port, no path."""
    return told in {"", "*"} or split_domain_port(told) == (told.lower(), "")


def _are_origins(told: list[str]) -> None:
    wrong = [f"“{origin}” is no origin." for origin in told if origin and not _is_origin(origin)]
    if wrong:
        raise ValidationError(wrong)


def _is_origin(told: str) -> bool:
    scheme, _, host = told.partition("://")
    return scheme in {"http", "https"} and split_domain_port(host.removeprefix("*.")) != ("", "")


def _is_rate(told: str) -> None:
    """Refuse what `rate_limit` could not count by. Empty is without a limit."""
    try:
        rates = parse_many(told) if told else []
    except ValueError:
        raise ValidationError(f"“{told}” is no rate.") from None
    if len(rates) > 1:
        raise ValidationError(f"“{told}” is more than one rate.")
    if rates and not rates[0].amount:
        raise ValidationError(f"“{told}” would let nobody share. Empty is without a limit.")


def _is_database(told: str) -> None:
    # Nothing of it is repeated: it may hold a password.
    if PRODUCTION and not told:
        raise ValidationError("It is empty.")
    if told and told.partition("://")[0] not in DATABASE_SCHEMES:
        raise ValidationError(f"It does not begin with one of {', '.join(DATABASE_SCHEMES)}.")


def _whole_number(at_least: int, at_most: int) -> validate.Range:
    told = f"It must be from {at_least} to {at_most}."
    return validate.Range(at_least, at_most, error=told)


def _without_blanks(told: list[str] | None) -> list[str]:
    return [one for one in told or [] if one]


env = Env(eager=False)

PRODUCTION: bool = env.bool("PRODUCTION", False)
# To be set in production; environs takes `...` for "there is no default".
_NEEDED: Any = ... if PRODUCTION else ""
DEBUG: bool = env.bool("DEBUG", False, validate=_is_not_for_production)
DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "data")
SECRET_KEY: str = env.str("SECRET_KEY", _NEEDED, validate=_is_secret)
ALLOWED_HOSTS = _without_blanks(
    env.list("ALLOWED_HOSTS", _NEEDED, subcast=str.strip, validate=_are_hosts)
)
CSRF_TRUSTED_ORIGINS = _without_blanks(
    env.list("TRUSTED_ORIGINS", [], subcast=str.strip, validate=_are_origins)
)
BEHIND_TLS_PROXY: bool = env.bool("BEHIND_TLS_PROXY", False)
# Browsers come with a list of sites that are HTTPS only; to get off it takes months.
HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", False)
STALE_AFTER_DAYS: int = env.int("STALE_AFTER_DAYS", 180, validate=_whole_number(1, 36500))
# The one who publishes a draft must not be its last editor.
SECOND_PAIR_OF_EYES: bool = env.bool("SECOND_PAIR_OF_EYES", False)
# How many proxies stand before this site, each noting in X-Forwarded-For who asked it.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", 0, validate=_whole_number(0, 100))
# How many links to results one address may make, as in "30/hour"; empty: any number.
SHARE_RATE: str = env.str("SHARE_RATE", "30/hour", validate=_is_rate)
LOG_LEVEL: int = env.log_level("LOG_LEVEL", logging.INFO, validate=validate.OneOf(LOG_LEVELS))
_database_url = env.str("DATABASE_URL", _NEEDED, validate=_is_database)
_database: Any = env.dj_db_url("DATABASE_URL") if _database_url else {}


def _told(mistakes: Any) -> str:
    """All that is wrong, a line for each variable."""
    lines = ["The environment cannot be used (README.md, “Configuring”):"]
    for name, wrong in mistakes.items():
        lines += [f"  {name}: {' '.join(wrong)} Right is, for example: {EXAMPLES[name]}"]
    return "\n".join(lines)


try:
    env.seal()
except EnvValidationError as exc:
    raise ImproperlyConfigured(_told(exc.error_messages)) from None


def _generated_key() -> str:
    """A key for this machine, made once, so that staff stay logged in."""
    kept = DATA_DIR / "secret-key"
    if not kept.exists():
        # Written whole or not at all, however many processes start at once.
        fresh = DATA_DIR / f"secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            kept.hardlink_to(fresh)
        fresh.unlink()
    return kept.read_text()


if not PRODUCTION:
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ImproperlyConfigured(f"DATA_DIR cannot be made: {exc}") from None
    SECRET_KEY = SECRET_KEY or _generated_key()
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "wizard",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Safe against BREACH: Django adds random length and masks its tokens.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "wizard.server.middleware.RefuseUnreadable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "wizard.urls"
WSGI_APPLICATION = "wizard.wsgi.application"

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
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

AUTH_USER_MODEL = "wizard.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Database

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if not _database:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "wizard.sqlite3"}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # Readers never wait for a writer; a commit is on disk before it is told.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 3,
    }
    # A file, as in real use: in memory there is no write-ahead log.
    _database["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    _database["ENGINE"] = "wizard.server.postgresql"
    # Kept by each thread of a server; one that broke is not used again.
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
DATABASES = {"default": _database}

# How old, in seconds, the knowledge of which edition is current may be.
EDITION_MAX_AGE = 1.0

# Languages

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
MODELTRANSLATION_DEFAULT_LANGUAGE = "zh-hans"
MODELTRANSLATION_FALLBACK_LANGUAGES = ()
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Fixtures are written for people: see fixture_yaml.py.

FIXTURE_DIRS = [BASE_DIR / "fixtures"]
SERIALIZATION_MODULES = {"yaml": "wizard.fixture_yaml"}

# Static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Browser policy: nothing from elsewhere, nothing inline.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# "no-referrer" would send "Origin: null" with plain form posts, which are then refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "wizard.server.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
    # Django asks for preloading; whether to is for the owner of the domain to say.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "wizard.server.logs.WithoutQuery"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["private"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers (mail to admins) are not wanted; everything goes to stderr.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # A wrong answer is a 422, a mistyped address a 404, a hostile one a 400: no news.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.security": {"handlers": [], "level": "CRITICAL", "propagate": True},
    },
}
