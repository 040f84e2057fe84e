"""What the call card shows: who may be calling, what it is about, what can be promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from catalog import queries as catalog
from catalog.choices import Impact, Urgency
from catalog.models import Category
from common import formats
from common.origin import Channel
from search.folding import Fold, fold, spellings
from sla.choices import Metric
from tickets.models import Ticket
from tickets.queries import Row, rows
from tickets.queries.readings import promise_for

FROM = 2  # letters from which a search makes sense
FOUND = 8  # persons a search shows; who is not among them is found by one letter more
RECENT = timedelta(days=30)
OPEN_SHOWN = 4


def callers(text: str, *, near: Person, at: datetime) -> list[Person]:
    """Return the persons `text` may mean, likeliest first, leavers last: two statements.

    The family name counts before the given name, and these before any other match; then
    who called lately comes before who did not, and the site of `near` before others.
    """
    called = Ticket.objects.filter(
        requester=OuterRef("pk"), channel=Channel.PHONE, opened_at__gt=at - RECENT
    )
    found = (
        Person.objects.named()
        .matching(text)
        .alias(family=Fold("family_name"), given=Fold("given_name"))
        .alias(fit=_fit(text), nearby=_first(Q(site=near.site_id)), lately=_first(Exists(called)))
        .order_by(F("is_active").desc(), "fit", "lately", "nearby", "family_name", "given_name")
    )
    return list(found.select_related("site").prefetch_related("phones")[:FOUND])


def callers_of(number: str) -> list[Person]:
    """Return the active persons a number in E.164 belongs to."""
    found = Person.objects.active().filter(phones__e164=number).order_by("family_name")
    return list(found.select_related("site").prefetch_related("phones")[:FOUND])


def listed(person: Person) -> str:
    """Return a name as lists of persons write it: family name first."""
    return f"{person.family_name} {person.given_name}".strip()


@dataclass(frozen=True, slots=True)
class Terms:
    """What follows from the words and the answers on the card so far.

    suggested: the category the words point to, or the desk's default; is_sure says which.
    """

    category: Category
    suggested: Category
    is_sure: bool
    impact: str
    urgency: str
    priority: int
    fixed_by: datetime | None
    categories: list[Category]

    @property
    def is_suggestion(self) -> bool:
        """Whether the category is the one the words suggest."""
        return self.is_sure and self.category.pk == self.suggested.pk


def terms(answers: Mapping[str, str], *, caller: Person | None, at: datetime) -> Terms | None:
    """Return what follows from the card's answers; None: there is no category at all.

    What somebody chose stays: a choice is an answer that differs from what the card itself
    had filled in, which it remembers in `suggested` and `applied` (slugs of categories).
    """
    categories = catalog.active()
    known = {category.slug: category for category in categories}
    suggested, is_sure = catalog.suggest(answers["text"], categories)
    if suggested is None:
        return None
    chosen = known.get(answers["category"])
    is_own = chosen is not None and chosen.slug != answers["suggested"]
    category = chosen if is_own and chosen else suggested
    applied = known.get(answers["applied"])
    impact = _answer(answers, "impact", Impact.values, applied, category)
    urgency = _answer(answers, "urgency", Urgency.values, applied, category)
    priority, dues = promise_for(category, caller, impact=impact, urgency=urgency, at=at)
    return Terms(
        category=category,
        suggested=suggested,
        is_sure=is_sure,
        impact=impact,
        urgency=urgency,
        priority=priority,
        fixed_by=dues.get(Metric.RESOLUTION),
        categories=categories,
    )


def spoken(found: Terms, *, language: str, zone: str, at: datetime) -> str:
    """Return the promise as the agent says it, in the caller's language and time zone.

    The call itself is the desk's first response: what is left to promise is the repair.
    """
    with translation.override(language):
        if found.fixed_by is None:
            return _("There is no fixed time for this. We will tell you how it goes on.")
        when = formats.spoken_moment(found.fixed_by, at, language, ZoneInfo(zone))
        return _("Fixed by %(when)s at the latest.") % {"when": when}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desk knows of the caller at a glance."""

    person: Person
    open: list[Row]
    more: bool
    last: Ticket | None


def facts_of(person: Person, *, agent: Any) -> Facts:
    """Return a caller's open tickets, earliest due first, and the last contact before."""
    theirs = Ticket.objects.visible_to(agent).filter(requester=person.pk)
    page = rows(theirs.open(), size=OPEN_SHOWN)
    return Facts(
        person=person,
        open=page.rows,
        more=page.next is not None,
        last=theirs.order_by("-opened_at").only("number", "title", "opened_at", "channel").first(),
    )


def _answer(
    answers: Mapping[str, str],
    name: str,
    allowed: list[str],
    applied: Category | None,
    category: Category,
) -> str:
    given = answers[name]
    usual: str = getattr(category, name)
    if given not in allowed or (applied is not None and given == getattr(applied, name)):
        return usual
    return given


def _fit(text: str) -> Case:
    beginnings = [s for word in fold(text).split()[:6] for s in spellings(word)]
    exact, family, given = Q(pk__in=[]), Q(pk__in=[]), Q(pk__in=[])
    for word in beginnings:
        exact |= Q(family=word)
        family |= Q(family__startswith=word)
        given |= Q(given__startswith=word)
    return Case(
        When(exact, then=Value(0)),
        When(family, then=Value(1)),
        When(given, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _first(condition: Any) -> Case:
    """Return 0 where it is so and 1 elsewhere: what is so comes first."""
    return Case(
        When(condition, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
