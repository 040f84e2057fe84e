"""Sign-in of programs: `Authorization: Token …`."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import actions
from accounts.models import ApiToken, Person
from common import clock


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
            .filter(digest=actions.digest_of(secret), person__is_active=True)
            .first()
        )
        now = clock.now()
        if token is None or token.expires_at <= now:
            raise AuthenticationFailed(
                _("This token is not known or has expired. Ask for a new one.")
            )
        actions.token_used(token, at=now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
