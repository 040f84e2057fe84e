import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from sla.engine.lines import answer_line


class Command(BaseCommand):
    help = (
        "Answer questions about business time: one JSON object a line on standard input, "
        "one a line on standard output. Needs no database and no Redis; writes nothing. "
        "A line that cannot be understood gets an error and the run goes on."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # Bytes, so that a line in a broken encoding costs that line and not the run.
        for line in getattr(sys.stdin, "buffer", sys.stdin):
            if line.strip():
                self.stdout.write(json.dumps(answer_line(line)))
                self.stdout.flush()
