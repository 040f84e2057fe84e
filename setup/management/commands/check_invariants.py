import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from setup import invariants


class Command(BaseCommand):
    help = (
        "Check what must always hold: no deadline missed, doubled or early, no gap in the "
        "history, every stored clock equal to its replay. Exits with 1 on a finding."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")
        parser.add_argument(
            "--unsettled",
            action="store_true",
            help="allow steps that are due and not swept yet (after a seed with --breached)",
        )
        parser.add_argument(
            "--sample", type=int, default=500, help="deadlines to compute a second time by hand"
        )

    def handle(self, *, json: bool, unsettled: bool, sample: int, **options: Any) -> None:
        with connection.cursor() as cursor:
            # A million tickets take longer than a page may.
            cursor.execute("SET statement_timeout = 0")
        found = invariants.findings(settled=not unsettled, sample=sample)
        if json:
            self.stdout.write(_as_json(found))
        else:
            self.say(found)
        if found:
            raise CommandError(f"{len(found)} findings.")

    def say(self, found: list[invariants.Finding]) -> None:
        broken = {finding.check for finding in found}
        for check in invariants.CHECKS:
            word = "BROKEN" if check.code in broken else "holds"
            self.stdout.write(f"{check.code:4} {word:7} {check.title}")
        for code, reason in invariants.NOT_APPLICABLE.items():
            self.stdout.write(f"{code:4} {'n/a':7} {reason}")
        for finding in found:
            self.stdout.write(str(finding))


def _as_json(found: list[invariants.Finding]) -> str:
    return json.dumps(
        {
            "checks": [
                {
                    "check": check.code,
                    "title": check.title,
                    "findings": [
                        {"subject": f.subject, "text": f.text}
                        for f in found
                        if f.check == check.code
                    ],
                }
                for check in invariants.CHECKS
            ],
            "not_applicable": invariants.NOT_APPLICABLE,
        }
    )
