"""设置。 Settings of the project: read from the environment, explained in docs/settings.md."""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

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


def _database(dsn: str, *, pooled: bool) -> dict[str, Any]:
    parts = conninfo_to_dict(dsn)
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"host", "port", "user", "password", "dbname"} and value is not None
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "NAME": parts.get("dbname", "tongxin"),
        "OPTIONS": {**options, **({"pool": {"min_size": 1, "max_size": 8, "timeout": 10}} if pooled else {})},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": pooled,  # a database that restarted is noticed before a request uses it
    }


# `default` is the application's role, which owns no table; `owner` migrates and installs the guard.
_APP_DSN = os.environ.get("TONGXIN_APP_DSN", "postgresql://127.0.0.1:1/tongxin")
_OWNER_DSN = os.environ.get("TONGXIN_OWNER_DSN", "postgresql://127.0.0.1:1/tongxin")
DATABASES = {
    "default": _database(_APP_DSN, pooled=os.environ.get("TONGXIN_POOL", "1") == "1"),
    "owner": {**_database(_OWNER_DSN, pooled=False), "TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CAPABILITIES = ["acts", "ledger", "identity", "places", "organs", "law", "exchange", "cases"]
INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    *(f"tongxin.{name}" for name in CAPABILITIES),
    "tongxin.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tongxin.web.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tongxin.web.middleware.WhoActs",
    "tongxin.web.middleware.Refusals",
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

# Sessions live in a signed cookie: signing in is an act with its entry, the rest needs no table.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = f"tongxin_{os.environ.get('TONGXIN_PORT', '')}".rstrip(
    "_"
)  # two instances on one machine
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = SESSION_COOKIE_NAME + "_csrf"
if os.environ.get("TONGXIN_HTTPS") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

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
PHOTOS = DATA / "photos"

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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
