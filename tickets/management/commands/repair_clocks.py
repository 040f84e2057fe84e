from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import Team
from common.origin import Origin
from tickets import actions
from tickets.queries.repairs import Difference, Selection


class Command(BaseCommand):
    help = (
        "Replay clocks from the history of their tickets and show what differs; --write makes "
        "them what the history says. Conditions add up; without any, say --all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ticket", nargs="+", default=[], help="numbers such as 26-00001")
        parser.add_argument("--open", action="store_true", help="open tickets")
        parser.add_argument("--team", default="", help="short name of a team")
        parser.add_argument("--agreement", default="", help="short name of an agreement")
        parser.add_argument("--opened-from", type=_day, help="opened on this date or later")
        parser.add_argument("--opened-until", type=_day, help="opened before this date")
        parser.add_argument("--all", action="store_true", help="every ticket there is")
        parser.add_argument("--write", action="store_true", help="write the differences")

    def handle(self, *, write: bool, **options: Any) -> None:
        with connection.cursor() as cursor:
            # A million tickets take longer than a page may.
            cursor.execute("SET statement_timeout = 0")
        selection = _selection(options)
        if selection == Selection() and not options["all"]:
            raise CommandError("Say which tickets: --ticket, --open, --team, … or --all.")
        try:
            found = actions.repair(
                selection, origin=Origin.of_system(trace="repair_clocks"), write=write
            )
        except LookupError as error:
            raise CommandError(f"There is no ticket {error}.") from error
        for difference in found.differences:
            self.stdout.write(_line(difference))
        done = "written" if write else "nothing was written"
        self.stdout.write(
            f"{found.looked_at} tickets replayed, {len(found.differences)} differences in "
            f"{found.tickets} of them; {done}."
        )


def _selection(options: dict[str, Any]) -> Selection:
    team = None
    if options["team"]:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
    return Selection(
        numbers=tuple(options["ticket"]),
        is_open=options["open"],
        team=team,
        agreement=options["agreement"],
        opened_from=options["opened_from"],
        opened_until=options["opened_until"],
    )


def _line(difference: Difference) -> str:
    clock = f"{difference.metric} {difference.run}" if difference.metric else "ticket"
    return (
        f"{difference.number} {clock}: {difference.field} is {_text(difference.stored)}, "
        f"the history says {_text(difference.replayed)}"
    )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
