"""The project package: settings, start-up, table of contents. Nothing of ours imports it."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
