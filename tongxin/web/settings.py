"""设置。 Settings of the project: read from the environment, explained in docs/settings.md."""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.web.outside import outside_providers
from tongxin.web.secrets import Secrets

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TONGXIN_DATA", ROOT / "var")).resolve()
DEMO = os.environ.get("TONGXIN_DEMO") == "1"
SECRETS = Secrets.of(DATA)
SECRET_KEY = SECRETS.key
IDENTITY_KEY = bytes.fromhex(SECRETS.identity_key)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TONGXIN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("TONGXIN_ORIGINS", "").split(",") if origin]


def _database(dsn: str, *, kept: bool) -> dict[str, Any]:
    parts = conninfo_to_dict(dsn)
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"host", "port", "user", "password", "dbname"} and value is not None
    }
    return {
        "ENGINE": "tongxin.web.postgresql",
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "NAME": parts.get("dbname", "tongxin"),
        # Only cursors that bind on the server prepare: acts done in one statement (docs/decisions/0013) and acts.queries.put.
        "OPTIONS": {
            "prepare_threshold": 5,
            **options,
        },
        "CONN_MAX_AGE": None if kept else 0,  # each thread of a server process keeps its connection
        "CONN_HEALTH_CHECKS": kept,  # a database that restarted is noticed before a request uses it
    }


# `default` is the application's role, which owns no table; `owner` migrates and installs the guard.
_APP_DSN = os.environ.get("TONGXIN_APP_DSN", "postgresql://127.0.0.1:1/tongxin")
_KEPT = os.environ.get("TONGXIN_POOL", "1") == "1"
_OWNER_DSN = os.environ.get("TONGXIN_OWNER_DSN", "postgresql://127.0.0.1:1/tongxin")
DATABASES = {
    "default": _database(_APP_DSN, kept=_KEPT),
    "owner": {**_database(_OWNER_DSN, kept=False), "TEST": {"MIRROR": "default"}},
}
# Lists may be read from a streaming replica (tongxin/web/reading.py); what the setting does not say is as for the application.
READ_DSN = os.environ.get("TONGXIN_READ_DSN", "")
READ_WITHIN = float(os.environ.get("TONGXIN_READ_WITHIN", "5"))
if READ_DSN:
    _copy = _database(make_conninfo(_APP_DSN, **conninfo_to_dict(READ_DSN)), kept=_KEPT)
    _copy["OPTIONS"] |= {"connect_timeout": 2, "tcp_user_timeout": 2000}
    DATABASES["copy"] = {**_copy, "TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["tongxin.web.reading.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CAPABILITIES = ["acts", "ledger", "identity", "places", "organs", "law", "exchange", "cases", "indicators"]
INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    # allauth needs these two; nobody has a permission or a group, and the application's role may not write their tables.
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    *(f"tongxin.{name}" for name in CAPABILITIES),
    "tongxin.web",
]
MIDDLEWARE = [
    "tongxin.web.observing.Observe",
    "django.middleware.security.SecurityMiddleware",
    "tongxin.web.middleware.Headers",
    "tongxin.web.middleware.Methods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tongxin.web.middleware.WhoActs",
    "allauth.account.middleware.AccountMiddleware",
    "tongxin.web.fresh.AskAgain",
    "tongxin.web.middleware.Refusals",
    "tongxin.web.reading.FromCopy",
]
ROOT_URLCONF = "tongxin.web.urls"
WSGI_APPLICATION = "tongxin.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "tongxin" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "tongxin.web.context.house",
            ],
        },
    }
]

# What a browser carries is signed, and names a row that can be ended (decision 12): signing in and out are acts.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
BEHIND_PROXY = os.environ.get("TONGXIN_HTTPS") == "1"
# With HTTPS a cookie is bound to this very host (`__Host-`): no other host of the same domain can plant one.
COOKIES = "__Host-tongxin" if BEHIND_PROXY else "tongxin"
SESSION_COOKIE_NAME = f"{COOKIES}_{os.environ.get('TONGXIN_PORT', '')}".rstrip(
    "_"
)  # two instances on one machine
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = SESSION_COOKIE_NAME + "_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
if BEHIND_PROXY:
    LANGUAGE_COOKIE_NAME = f"{COOKIES}_language"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

# Identity. allauth gives ceremonies and protocols; pages and acts are the house's own (decision 12).
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS: list[str] = []  # nobody is authenticated past the acts of identity
LOGIN_URL = "/sign-in/"
CACHES = {"default": {"BACKEND": "tongxin.web.tickets.Tickets"}}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "tongxin.web.allauth_ports.MeansPort"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # one step of 30 s before and after: clocks differ
SOCIALACCOUNT_ADAPTER = "tongxin.web.allauth_ports.OutsidePort"
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid"], "APPS": outside_providers()}
}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
IDP_OIDC_ADAPTER = "tongxin.web.allauth_ports.CityPort"
IDP_OIDC_PRIVATE_KEY = SECRETS.oidc_key
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 600

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "tongxin" / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/assets/"
STATICFILES_DIRS = [ROOT / "assets"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
PHOTOS = Path(os.environ.get("TONGXIN_PHOTOS") or DATA / "photos")
SOURCES = (
    DATA / "sources.json"
)  # where source systems are, and their credentials (exchange/queries/sources/places.py)

# The ledger and those outside who attest it (docs/decisions/0011).
LEDGER_HASH = SECRETS.ledger_hash
WITNESSES = os.environ.get("TONGXIN_WITNESSES", "")
WITNESSED_WITHIN = int(os.environ.get("TONGXIN_WITNESSED_WITHIN", "60"))
STAMP_AUTHORITY = os.environ.get("TONGXIN_STAMP_AUTHORITY", "")
STAMP_ROOTS = os.environ.get("TONGXIN_STAMP_ROOTS", "")

EMAIL_HOST = os.environ.get("TONGXIN_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TONGXIN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TONGXIN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TONGXIN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TONGXIN_SMTP_TLS") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("TONGXIN_SMTP_FROM", "tongxin@localhost")
EMAIL_TIMEOUT = 10

# Whoever knows the token may read /metrics; without one there is no such address.
METRICS_TOKEN = os.environ.get("TONGXIN_METRICS_TOKEN", "")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tongxin.web.logs.Line"}},
    "filters": {"ours": {"()": "tongxin.web.logs.Ours"}},
    "handlers": {
        # A command that somebody typed says what came of it; a process that serves tells of all it does.
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "level": "INFO" if os.environ.get("TONGXIN_TOLD") == "1" else "WARNING",
        },
        "counted": {"class": "tongxin.web.counters.ActsCounted"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "tongxin": {"level": "INFO"},
        "tongxin.acts": {"handlers": ["counted"]},
        # What was answered is told by tongxin.requests, by its route: of Django's own lines those on our mistakes are kept.
        "django.request": {"level": "ERROR", "filters": ["ours"]},
    },
}
