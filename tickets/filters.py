"""The one set of ticket filters: the agents' list and the API use it alike."""

import re
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Level
from accounts.models import Team
from catalog.choices import Kind
from catalog.models import Category
from search.folding import Fold, fold, spellings
from tickets.choices import Priority, Status
from tickets.models import Ticket
from tickets.querysets import READINGS, TicketQuerySet

WORDS = 6  # of a search text; more of them only cost time
_NUMBER = re.compile(r"\d{2}-\d{1,6}")
_SEQUENCE = re.compile(r"\d{1,6}")
_YEARS = 10  # how far back a bare sequence number is looked for


class BySlug(django_filters.ModelMultipleChoiceFilter):  # type: ignore[misc]
    """Rows named by their slug; the tickets are then compared by key, which their indexes know."""

    def __init__(self, **options: Any) -> None:
        super().__init__(to_field_name="slug", distinct=False, **options)

    def get_filter_predicate(self, row: Any) -> dict[str, int]:
        return {self.field_name: row.pk}


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of tickets, by the words of the URL; values that repeat are alternatives.

    assignee: a primary key, "me", or "none" for tickets nobody has taken.
    q: a ticket number or its beginning; anything else are words the title contains.
    """

    status = django_filters.MultipleChoiceFilter(
        choices=Status.choices, distinct=False, label=_("status")
    )
    kind = django_filters.MultipleChoiceFilter(
        choices=Kind.choices, distinct=False, label=_("kind")
    )
    priority = django_filters.TypedMultipleChoiceFilter(
        choices=Priority.choices, coerce=int, distinct=False, label=_("priority")
    )
    level = django_filters.TypedMultipleChoiceFilter(
        choices=Level.choices, coerce=int, distinct=False, label=_("level")
    )
    team = BySlug(queryset=Team.objects.all(), label=_("team"))
    assignee = django_filters.CharFilter(method="of_assignee", label=_("assignee"))
    category = BySlug(queryset=Category.objects.all(), label=_("category"))
    requester = django_filters.NumberFilter(field_name="requester_id", label=_("requester"))
    opened = django_filters.IsoDateTimeFromToRangeFilter(field_name="opened_at", label=_("opened"))
    # Not a BooleanFilter: that one takes any other word for no filter at all.
    late = django_filters.TypedChoiceFilter(
        choices=[("true", _("yes")), ("false", _("no"))], coerce="true".__eq__,
        method="by_lateness", label=_("late"),
    )  # fmt: skip
    clock = django_filters.ChoiceFilter(
        choices=[(word, word) for word in READINGS], method="by_reading", label=_("deadline")
    )
    q = django_filters.CharFilter(method="by_words", label=_("number or words of the title"))

    class Meta:
        model = Ticket
        fields: list[str] = []

    def of_assignee(self, tickets: TicketQuerySet, name: str, value: str) -> Any:
        if value == "none":
            return tickets.filter(assignee__isnull=True)
        key = getattr(self.request, "user", None) and self.request.user.pk
        if value != "me":
            is_key = value.isascii() and value.isdecimal() and len(value) < 19
            key = int(value) if is_key else None
        return tickets.filter(assignee=key) if key is not None else tickets.none()

    def by_lateness(self, tickets: TicketQuerySet, name: str, value: bool) -> Any:
        late = Q(next_due_at__lte=timezone.now())
        return tickets.open().filter(late if value else ~late | Q(next_due_at__isnull=True))

    def by_reading(self, tickets: TicketQuerySet, name: str, value: str) -> Any:
        return tickets.reading(value, at=timezone.now())

    def by_words(self, tickets: TicketQuerySet, name: str, value: str) -> Any:
        text = value.strip()
        if _NUMBER.fullmatch(text):
            return tickets.filter(number__startswith=text)
        found = Q()
        for word in fold(text).split()[:WORDS]:
            part = Q()
            for spelling in spellings(word):
                part |= Q(folded_title__contains=spelling)
            found &= part
        if _SEQUENCE.fullmatch(text):
            this_year = timezone.now().year
            years = range(this_year - _YEARS, this_year + 2)  # it may be January at the desk
            found |= Q(number__in=[f"{year % 100:02d}-{int(text):05d}" for year in years])
        return tickets.alias(folded_title=Fold("title")).filter(found)
