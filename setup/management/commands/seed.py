import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from setup.bulk.build import Order, build


class Command(BaseCommand):
    help = (
        "Make very many tickets for measurements, by COPY: 30 % of them open, every clock read "
        "by the engine. Nobody should work meanwhile. With the same --seed and --now the same "
        "tickets come out. Only the messages of escalations are made, and none is sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tickets", type=int, default=1000)
        parser.add_argument("--people", type=int, default=500, help="persons made beside")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--breached",
            type=float,
            default=0.0,
            metavar="PERCENT",
            help="of the open tickets: due already, and left for the sweep to find",
        )
        parser.add_argument(
            "--now", type=datetime.fromisoformat, help="the instant they hang on; ISO, with zone"
        )

    def handle(
        self,
        *,
        tickets: int,
        people: int,
        seed: int,
        breached: float,
        now: datetime | None,
        **options: Any,
    ) -> None:
        if now is not None and now.tzinfo is None:
            raise CommandError("Give --now with its zone, such as 2026-03-02T08:00:00+00:00.")
        began = time.monotonic()

        def tell(done: int) -> None:
            self.stdout.write(f"  {done} tickets, {time.monotonic() - began:.0f} s")

        order = Order(tickets=tickets, people=people, seed=seed, breached=breached, now=now)
        build(order, tell=tell)
        took = time.monotonic() - began
        self.stdout.write(self.style.SUCCESS(f"{tickets} tickets in {took:.1f} s"))
