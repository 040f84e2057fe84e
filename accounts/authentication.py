"""Sign-in of people by name and password, and of programs by `Authorization: Token …`."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import actions
from accounts.errors import SignInRefused, TooManyAttempts
from accounts.models import ApiToken, Person
from common import clock, demo, throttle

MINUTES = 5
# Nobody mistypes more often; many people may share one address, so it may fail more.
BY_ACCOUNT = throttle.Limit("sign-in-account", most=8, seconds=MINUTES * 60)
BY_ADDRESS = throttle.Limit("sign-in-address", most=60, seconds=MINUTES * 60)


def person_for(request: HttpRequest, *, login: str, password: str) -> Person:
    """Return the person a login and a password belong to; every door with passwords asks here.

    Attempts are counted by account and by client address before anything is compared.
    Raises TooManyAttempts or SignInRefused.
    """
    account, address = login.strip().lower(), throttle.client_address(request)
    # Both are counted, whichever refuses: no short circuit.
    if not all([BY_ACCOUNT.take(account), BY_ADDRESS.take(address)]):
        raise TooManyAttempts
    person = authenticate(request, username=login, password=password)
    if not isinstance(person, Person):
        raise SignInRefused
    BY_ACCOUNT.forget(account)
    BY_ADDRESS.give_back(address)
    return person


class PersonBackend(ModelBackend):
    """Knows a person by login name or e-mail address; the published password opens demos only."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Person | None:
        if not username or password is None:
            return None
        person = Person.objects.known_as(username.strip()).first()
        if person is None:
            # A hash is computed all the same, so that the time does not tell who exists.
            Person().set_password(password)
            return None
        is_right = person.check_password(password) and person.is_active
        if password == demo.PASSWORD and not settings.HELPDESK_DEMO:
            return None
        return person if is_right else None


class TokenAuthentication(BaseAuthentication):
    """Knows a program by its token; only the token's digest is looked up."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"token":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Write “Authorization: Token …” with one token."))
        secret = parts[1].decode("latin-1")
        token = (
            ApiToken.objects.select_related("person")
            .annotate(now=clock.in_statement())
            .filter(digest=actions.digest_of(secret), person__is_active=True)
            .first()
        )
        if token is None or token.expires_at <= token.now:
            raise AuthenticationFailed(
                _("This token is not known or has expired. Ask for a new one.")
            )
        actions.token_used(token, at=token.now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
