"""Every write of persons, teams and what belongs to them."""

import hashlib
import secrets
from datetime import datetime, timedelta

import phonenumbers
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.choices import ANONYMOUS, Distribution, DutyKind, Language, Theme
from accounts.models import ApiToken, Duty, Person, PhoneNumber, Team
from audit import actions as audit
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.origin import Origin

TOKEN_LIFE = timedelta(days=365)


def save(row: models.Model, *, origin: Origin) -> None:
    """Save an organisation, site, team, membership, skill or duty, with its event."""
    with transaction.atomic():
        audit.save_reference(row, origin=origin.timed(clock.now))


def remove(row: models.Model, *, origin: Origin) -> None:
    """Remove a membership, a held skill, a duty or a telephone number, with its event."""
    with transaction.atomic():
        verb = f"{row._meta.model_name}.removed"
        audit.record(row, verb=verb, origin=origin.timed(clock.now))
        row.delete()


def plan(duty: Duty, *, origin: Origin) -> Duty:
    """Write an interval of the roster, new or changed: on duty, on call or away.

    Intervals may overlap; an absence counts more than anything else. Raises NotAllowed for
    whoever does not lead a team of the person, and InvalidInput.
    """
    with transaction.atomic():
        for person_id in {duty.person_id, *_planned_before(duty)}:
            _check_may_plan(origin, Person.objects.get(pk=person_id))
        if duty.ends_at <= duty.starts_at:
            raise InvalidInput(_("The end has to come after the beginning."), field="ends_at")
        if duty.kind != DutyKind.ABSENT:
            duty.substitute = None
        if duty.substitute_id == duty.person_id:
            raise InvalidInput(_("Nobody stands in for themself."), field="substitute")
        audit.save_reference(duty, origin=origin.timed(clock.now))
    return duty


def unplan(duty: Duty, *, origin: Origin) -> None:
    """Take an interval out of the roster, with its event; raises NotAllowed."""
    _check_may_plan(origin, duty.person)
    remove(duty, origin=origin)


def distribute(team: Team, distribution: str, *, origin: Origin) -> Team:
    """Set how the work of a team finds a person; raises NotAllowed or InvalidInput."""
    if origin.actor is not None and not permissions.is_administrator(origin.actor):
        raise NotAllowed(_("How work is handed out is set by the administrators."))
    if distribution not in Distribution.values:
        raise InvalidInput(_("Choose one of the ways."), field="distribution")
    with transaction.atomic():
        row: Team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        row.distribution = distribution
        audit.save_reference(row, origin=origin.timed(clock.now))
    return row


def _planned_before(duty: Duty) -> list[int]:
    """Whose interval it was until now: it may be given to somebody else."""
    return list(Duty.objects.filter(pk=duty.pk).values_list("person_id", flat=True))


def _check_may_plan(origin: Origin, person: Person) -> None:
    if origin.actor is not None and not permissions.can_plan(origin.actor, person):
        raise NotAllowed(_("The roster is written by the lead of the team of the person."))


def save_person(
    person: Person,
    *,
    origin: Origin,
    password: str | None = None,
    phones: tuple[tuple[str, str], ...] = (),
) -> Person:
    """Save a person with their telephone numbers; None leaves the password as it is.

    phones: pairs of number (any spelling; without a country it is read as Swiss) and kind;
    they are added to the ones the person has. Raises InvalidInput for a number nobody can dial.
    """
    numbers = [(e164(number), kind) for number, kind in phones]
    with transaction.atomic():
        if password is not None:
            person.set_password(password)
        elif not person.password:
            person.set_unusable_password()
        origin = origin.timed(clock.now)
        audit.save_reference(person, origin=origin)
        for number, kind in numbers:
            row, made = PhoneNumber.objects.get_or_create(
                person=person, e164=number, defaults={"kind": kind}
            )
            if made:
                audit.record(
                    person,
                    verb="person.phone_added",
                    origin=origin,
                    changes={"phone": [None, number]},
                )
    return person


def new_caller(
    *, name: str, phone: str, site_id: int | None, origin: Origin, language: str = Language.EN
) -> Person:
    """Make a person out of what a caller says: a name and a number, no e-mail needed."""
    given, _space, family = name.strip().rpartition(" ")
    if not family:
        raise InvalidInput(_("Write the name of the person."), field="name")
    person = Person(
        given_name=given[:80], family_name=family[:80], site_id=site_id, language=language
    )
    return save_person(person, origin=origin, phones=((phone, "other"),) if phone.strip() else ())


def anonymous_caller(*, origin: Origin) -> Person:
    """Return the person who stands for callers who give no name; makes it the first time."""
    known: Person | None = Person.objects.filter(username=ANONYMOUS).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return save_person(Person(username=ANONYMOUS, family_name="Anonymous"), origin=origin)
    except IntegrityError:
        # Two of the very first anonymous calls at once: the other one made it.
        made: Person = Person.objects.get(username=ANONYMOUS)
        return made


def set_preferences(
    person: Person, *, origin: Origin, language: str | None = None, theme: str | None = None
) -> None:
    """Set the language or the colours of the screens a person sees."""
    if language is not None and language not in Language.values:
        raise InvalidInput(_("Choose one of the four languages."), field="language")
    if theme is not None and theme not in Theme.values:
        raise InvalidInput(_("Choose light, dark or like the computer."), field="theme")
    with transaction.atomic():
        # Read anew: the whole row is written, and the request's may be older than a role.
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        row.language, row.theme = language or row.language, theme or row.theme
        audit.save_reference(row, origin=origin.timed(clock.now))


def issue_token(person: Person, *, origin: Origin) -> str:
    """Make an API token for `person` and return it; it can be shown this once only."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        # Events of a person are numbered under the lock of their row.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        origin = origin.timed(clock.now)
        ApiToken.objects.create(
            person=person,
            prefix=secret[:8],
            digest=digest_of(secret),
            created_at=origin.moment,
            expires_at=origin.moment + TOKEN_LIFE,
        )
        audit.record(
            person,
            verb="person.token_issued",
            origin=origin,
            changes={"token": [None, secret[:8]]},
        )
    return secret


def revoke_token(token: ApiToken, *, origin: Origin) -> None:
    """End a token at once, with the event of its person."""
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=token.person_id)
        audit.record(
            person,
            verb="person.token_revoked",
            origin=origin.timed(clock.now),
            changes={"token": [token.prefix, None]},
        )
        token.delete()


def token_used(token: ApiToken, *, at: datetime) -> None:
    """Remember when a token was last used, at most once an hour."""
    if token.last_used_at is None or at - token.last_used_at > timedelta(hours=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def forget_sessions() -> None:
    """Delete what is kept of sessions and tokens that have expired."""
    SessionStore.clear_expired()
    ApiToken.objects.filter(expires_at__lt=clock.now() - TOKEN_LIFE).delete()


def digest_of(secret: str) -> str:
    """Return the SHA-256 under which a token is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def e164(number: str, *, country: str = "CH") -> str:
    """Return a number in E.164; one without a country code is read as of `country`."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise InvalidInput(
            _("“%(number)s” is no telephone number. Write it like 021 555 41 27.")
            % {"number": number},
            field="phone",
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
