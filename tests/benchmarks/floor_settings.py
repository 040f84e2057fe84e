"""The floor: the same database, session and template engine, and nothing else of the product."""

from pathlib import Path

from helpdesk.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.floor"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).resolve().parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"auto_reload": False},
    }
]
