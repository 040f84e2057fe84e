import re
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.choices import ANONYMOUS
from search.folding import fold, spellings

if TYPE_CHECKING:
    from accounts.models import Person, Team  # noqa: F401 - named in strings below

_NUMBER = re.compile(r"[\d\s+()/.'-]{3,}")


class PersonQuerySet(QuerySet["Person"]):
    """Reads of persons."""

    def active(self) -> Self:
        """Return the persons who have not left."""
        return self.filter(is_active=True)

    def named(self) -> Self:
        """Return the persons who are somebody: without the one for anonymous callers."""
        return self.exclude(username=ANONYMOUS)

    def agents(self) -> Self:
        """Return the active persons who work at the desk."""
        return self.active().filter(role__in=["agent", "administrator"])

    def known_as(self, login: str) -> Self:
        """Return the person with this login name or this e-mail address, in any case."""
        return self.alias(mail=Lower("email")).filter(
            Q(username__in={login, login.lower()}) | Q(mail=login.lower()) & ~Q(email="")
        )

    def matching(self, text: str) -> Self:
        """Return the persons whose name, e-mail, login, room or any phone contains `text`.

        Each word must be found, accents and German umlaut spellings forgiven; a text of
        digits is also looked for in the numbers, in any spacing, with or without 0 or +41.
        """
        found = Q()
        for word in fold(text).split()[:6]:
            part = Q()
            for spelling in spellings(word):
                part |= Q(needle__contains=spelling)
            found &= part
        digits = phone_digits(text)
        if digits:
            numbers = apps.get_model("accounts", "PhoneNumber")._base_manager
            found |= Q(pk__in=numbers.filter(e164__contains=digits).values("person_id"))
        return self.filter(found)


class TeamQuerySet(QuerySet["Team"]):
    """Reads of teams."""

    def active(self) -> Self:
        """Return the teams that take work."""
        return self.filter(is_active=True)

    def of(self, person: AbstractBaseUser) -> Self:
        """Return the teams `person` is a member of."""
        return self.filter(memberships__person_id=person.pk)


def phone_digits(text: str) -> str:
    """Return the digits to look for in E.164 numbers, or "" when `text` is no number.

    "021 555 41 27", "+41 21 555 41 27", "0041215554127" and "4127" all find +41215554127.
    """
    if not _NUMBER.fullmatch(text.strip()):
        return ""
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return digits.removeprefix("0")
