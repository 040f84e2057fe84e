"""The token a program signs in with."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions
from accounts.authentication import person_for
from common.origin import Channel, Origin, new_trace


class Credentials(serializers.Serializer[Any]):
    """A login name or an e-mail address, and its password."""

    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class Token(serializers.Serializer[Any]):
    """A token; it is shown this once, and good for a year."""

    token = serializers.CharField()


class TokenView(APIView):
    """Makes a token out of a name and a password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=Credentials, responses=Token, auth=[])
    def post(self, request: Request) -> Response:
        """Make a token for the header `Authorization: Token …`; it is good for a year."""
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        person = person_for(
            request._request,
            login=given.validated_data["username"],
            password=given.validated_data["password"],
        )
        trace = getattr(request, "trace", "") or new_trace()
        origin = Origin(actor=person, channel=Channel.API, trace=trace)
        return Response({"token": actions.issue_token(person, origin=origin)})


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `Authorization: Token …` in the schema."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": _("Write “Authorization: Token …” with one token."),
        }
