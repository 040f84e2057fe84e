import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from setup.demo import reference
from setup.demo.base import LOGINS, PASSWORD
from setup.demo.build import build

EVERY = 2.0  # seconds between two lines of progress


class Command(BaseCommand):
    help = (
        "Fill an empty database with an invented hospital group: 40 persons, their services and "
        "agreements, and 300 tickets of the last 60 days. Does nothing where anybody exists."
    )

    def handle(self, *, verbosity: int = 1, **options: Any) -> None:
        if not settings.HELPDESK_DEMO:
            raise CommandError(
                "HELPDESK_DEMO is off: persons with a published password have no place here."
            )
        if not reference.is_empty():
            self.stdout.write("There are persons already; nothing to do.")
            return
        self.began = self.said = time.monotonic()
        made = build(tell=self.tell)
        took = time.monotonic() - self.began
        if not verbosity:
            return  # `up` says who may sign in
        self.stdout.write(
            self.style.SUCCESS(
                f"{made} tickets in {took:.0f} s. "
                f"Sign in as {', '.join(LOGINS)}; the password is {PASSWORD}"
            )
        )

    def tell(self, acts: int, at: datetime) -> None:
        now = time.monotonic()
        if now - self.said >= EVERY:
            self.said = now
            self.stdout.write(f"  up to {at:%d.%m.%Y} …")
            self.stdout.flush()
