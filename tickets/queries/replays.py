"""Background jobs over tickets as a page shows them: how far they are, and what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sla.choices import Metric
from tickets.choices import UNFINISHED, Obstacle
from tickets.models import Replay, Ticket

PAGE = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. seconds_left: None while nobody can tell."""

    done: int
    total: int
    seconds_left: int | None

    @property
    def percent(self) -> int:
        """The share done, in whole percent, 0 to 100."""
        return min(100 * self.done // self.total, 100) if self.total else 0

    @property
    def quarter(self) -> int:
        """The last of 25, 50, 75 and 100 percent that was passed; 0 before the first."""
        return self.percent // 25 * 25


@dataclass(frozen=True, slots=True)
class Named:
    """A ticket a result names. before, after: due instants; None is on hold, or never."""

    number: str
    title: str
    href: str
    metric: str
    before: datetime | None
    after: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets of one sort: how many there are, those with a name, and those out of sight."""

    count: int
    open: int
    rows: list[Named]
    hidden: int

    @property
    def is_cut(self) -> bool:
        """Say whether there are more than are named."""
        return self.count > len({row.number for row in self.rows}) + self.hidden


@dataclass(frozen=True, slots=True)
class Compliance:
    """Of one promise, the clocks with a verdict and those kept, before and after."""

    metric: str
    kept_before: int
    judged_before: int
    kept_after: int
    judged_after: int


def newest(before: int | None = None) -> list[Replay]:
    """Return a page of jobs and one more, the newest first; before: the key it starts below."""
    found: QuerySet[Replay] = Replay.objects.select_related("agreement", "asked_by")
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[: PAGE + 1])


def progress(replay: Replay, *, at: datetime) -> Progress:
    """Return how far a job is; what is left is reckoned from how fast it was so far."""
    left = None
    if replay.done and replay.started_at is not None and replay.state in UNFINISHED:
        taken = (at - replay.started_at).total_seconds()
        left = max(round(taken / replay.done * (replay.total - replay.done)), 0)
    return Progress(replay.done, replay.total, left)


def problem(replay: Replay) -> str:
    """Return why a job failed in words; empty: only what its programs say is known."""
    return str(Obstacle(replay.error).label) if replay.error in Obstacle else ""


def compliance(result: dict[str, Any]) -> list[Compliance]:
    """Return the promises a rehearsal has judged, in the order of the metrics."""
    found = result.get("metrics", {})
    return [Compliance(str(metric.label), *found[metric]) for metric in Metric if metric in found]


def group(result: dict[str, Any], sort: str, user: Any) -> Group:
    """Return the tickets of one sort, those first that are open; only what `user` may see."""
    counts = result.get(sort, {})
    is_open, ended = counts.get("open", 0), counts.get("ended", 0)
    rows = [(row, True) for row in result.get(f"{sort}_open_rows", ())]
    rows += [(row, False) for row in result.get(f"{sort}_ended_rows", ())]
    rows += [(row, True) for row in result.get(f"{sort}_rows", ())]
    named = _named(rows, user)
    hidden = len({row["ticket"] for row, _ in rows}) - len({row.number for row in named})
    return Group(is_open + ended, is_open, named, hidden)


def _named(rows: Sequence[tuple[dict[str, Any], bool]], user: Any) -> list[Named]:
    keys = {row["ticket"] for row, _ in rows}
    seen = Ticket.objects.visible_to(user).filter(pk__in=keys).only("number", "title")
    tickets = {ticket.pk: ticket for ticket in seen} if keys else {}
    return [
        Named(
            number=ticket.number, title=ticket.title, href=ticket.get_absolute_url(),
            metric=str(Metric(row["metric"]).label) if "metric" in row else "",
            before=_instant(row.get("before")), after=_instant(row.get("after")),
            is_open=is_open,
        )
        for row, is_open in rows
        if (ticket := tickets.get(row["ticket"])) is not None
    ]  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
