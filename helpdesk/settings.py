"""All settings, in one file. Environments differ only by the variables read here through `env`."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from helpdesk import embedded, env, schedule

# --- Paths ----------------------------------------------------------------
BASE_DIR = Path(__file__).resolve().parent.parent
STATE = embedded.state()
# Without an address of its own, this installation runs on servers in the state folder.
EMBEDDED_DATABASE = env.secret("DATABASE_URL") is None
EMBEDDED_REDIS = env.secret("REDIS_URL") is None

# --- Security -------------------------------------------------------------
DEBUG = env.flag("HELPDESK_DEBUG", default=False)
# There is no default key: without one in the environment the installation makes its own.
SECRET_KEY = env.secret("HELPDESK_SECRET_KEY") or STATE.secret_key
KEY_FROM_STATE_FOLDER = env.secret("HELPDESK_SECRET_KEY") is None
SECRET_KEY_FALLBACKS = env.listed("HELPDESK_OLD_SECRET_KEYS")
ALLOWED_HOSTS = env.listed("HELPDESK_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if "127.0.0.1" not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append("127.0.0.1")  # the probe of the image asks from inside
CSRF_TRUSTED_ORIGINS = env.listed("HELPDESK_TRUSTED_ORIGINS")

HTTPS = env.flag("HELPDESK_HTTPS", default=False)
if HTTPS:
    # Only true behind a proxy that sets this header itself and drops a client's.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.number("HELPDESK_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # htmx takes the token from the page, not from the cookie
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Apps -----------------------------------------------------------------
INSTALLED_APPS = [
    "helpdesk.apps.HelpdeskConfig",
    "desk",
    "portal",
    "setup",
    "escalation",
    "tickets",
    "sla",
    "catalog",
    "notifications",
    "accounts",
    "audit",
    "search",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
]
ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Middleware -----------------------------------------------------------
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpdesk.middleware.TraceMiddleware",
    # The pulse is answered before sessions and sign-in: it costs no statement.
    "helpdesk.middleware.PulseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page needs a signed-in person; a view opts out with @login_not_required.
    "helpdesk.middleware.SignInMiddleware",
    # After authentication: the language is the person's own.
    "helpdesk.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "desk.views.errors.ErrorPages",
]

# --- Templates ------------------------------------------------------------
TEMPLATES: list[dict[str, Any]] = [
    {
        # Ours. A name not below templates/ falls through to the next engine.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "helpdesk.jinja.environment",
            "auto_reload": DEBUG,
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "helpdesk.context.page",
            ],
        },
    },
    {
        # Those of the admin, of Django's forms and of libraries.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

# --- Database -------------------------------------------------------------
# A pooler in transaction mode: no server-side cursors, no parameters at connection.
PGBOUNCER = env.flag("HELPDESK_PGBOUNCER", default=False)
# Milliseconds. A request that waits longer is lost for its person; the locks it holds are not.
_TIMEOUTS = {
    "statement_timeout": env.number("HELPDESK_STATEMENT_TIMEOUT_MS", default=30_000),
    "lock_timeout": env.number("HELPDESK_LOCK_TIMEOUT_MS", default=5_000),
    "idle_in_transaction_session_timeout": 60_000,
}
# jit compiles for longer than our short statements run.
_PARAMETERS = _TIMEOUTS | {"jit": "off", "TimeZone": "UTC"}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database(env.secret("DATABASE_URL") or STATE.postgres.url)
    | {
        "CONN_MAX_AGE": env.number("HELPDESK_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": PGBOUNCER,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {"connect_timeout": 3, "application_name": "helpdesk"}
if not PGBOUNCER:
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(
        f"-c {name}={value}" for name, value in _PARAMETERS.items()
    )

# --- Cache ----------------------------------------------------------------
REDIS_URL = env.secret("REDIS_URL") or STATE.redis.url
_REDIS_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}  # seconds
CACHES: dict[str, dict[str, Any]] = {
    # A dead Redis reads as an empty cache: pages go on.
    "default": {
        "BACKEND": "helpdesk.cache.TolerantRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": _REDIS_OPTIONS,
    },
    # A dead Redis raises: for what must fail closed, such as counting sign-in attempts.
    "strict": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "strict",
        "OPTIONS": _REDIS_OPTIONS,
    },
}

# --- Celery ---------------------------------------------------------------
# Tasks are never run eagerly, in any environment: an eager task shares the caller's
# transaction and hides the very bugs on_commit exists to prevent.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = schedule.ROUTES
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE
# In memory: nothing is lost with it, since what is due is rows.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60  # seconds
CELERY_TASK_TIME_LIMIT = 120  # seconds; a mail or webhook that takes longer is broken
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Europe/Zurich"
CELERY_ENABLE_UTC = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A dead broker must cost a request milliseconds, not seconds; the sweeps catch up.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "visibility_timeout": 3600,
}

# --- Mail -----------------------------------------------------------------
# Without a server the mails lie as files in the state folder, where one can read them.
_mail = env.email(env.secret("EMAIL_URL") or f"filemail:///{STATE.root / 'mail'}")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text(
    "HELPDESK_FROM_EMAIL", default="Service Desk <service-desk@example.org>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Storage --------------------------------------------------------------
MEDIA_ROOT = STATE.root / "media"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("HELPDESK_STATIC_ROOT", default=str(STATE.root / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Straight from the sources, for development and tests; otherwise collected under hashed names.
STATIC_FROM_SOURCE = env.flag("HELPDESK_STATIC_FROM_SOURCE", default=DEBUG)
WHITENOISE_USE_FINDERS = STATIC_FROM_SOURCE
WHITENOISE_AUTOREFRESH = STATIC_FROM_SOURCE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_FROM_SOURCE
        else "helpdesk.storage.BundledStorage"
    },
}

# --- Languages and time ---------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch"), ("it", "Italiano")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Zurich"

# --- Sign-in --------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["accounts.authentication.PersonBackend"]
CSRF_FAILURE_VIEW = "desk.views.errors.csrf_failure"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
# Rows, not the cache: a flushed or dead Redis signs nobody out, and one read by primary key
# is cheaper than the round trip to a cache that would have to fall back to it.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "helpdesk_session"
SESSION_COOKIE_AGE = 60 * 60 * 12  # seconds: a working day
CSRF_COOKIE_NAME = "helpdesk_csrf"
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": _VALIDATION + "UserAttributeSimilarityValidator"},
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# --- REST API -------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api_parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.api_errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Service desk",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
}

# --- Logging --------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "helpdesk.logs.TraceFilter"}},
    "formatters": {"line": {"()": "helpdesk.logs.KeyValueFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["trace"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # A line per answer is the proxy's to write.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # One line a second about a sweep that found nothing helps nobody.
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# --- Our own --------------------------------------------------------------
PORT = env.number("PORT", default=8000, at_least=1)
# How links in mails begin, without the last slash.
HELPDESK_BASE_URL = env.text("HELPDESK_BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
# Whether the demo persons may sign in: only where the database is that of a try-out.
HELPDESK_DEMO = env.flag("HELPDESK_DEMO", default=EMBEDDED_DATABASE)
# Seconds since the last sweep after which /readyz calls the escalation late.
HELPDESK_SWEEP_LATE = env.number("HELPDESK_SWEEP_LATE", default=30, at_least=2)
# Shown on every portal page and where somebody cannot sign in; E.164.
HELPDESK_PHONE = env.text("HELPDESK_PHONE", default="+41215554000")
# The right-hand side of our Message-IDs; by default that of the sender.
HELPDESK_MAIL_DOMAIN = env.text(
    "HELPDESK_MAIL_DOMAIN", default=DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
)
# Written into every page, so that an open one notices a new version.
HELPDESK_VERSION = "0.1.0"
