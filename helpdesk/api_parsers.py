"""What the API reads: JSON in UTF-8, of a size that people's text may have."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MOST = 1024 * 1024  # bytes


class BodyTooLarge(APIException):
    """The body is larger than any text somebody would write."""

    status_code = 413
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """Reads JSON as RFC 8259 has it: UTF-8 whatever the header claims, no NaN, no infinity.

    The framework's own parser decodes by the charset of the header, of which Python knows
    some that are no text at all, and reads a body of any size and depth: each ends in a 500.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(MOST + 1)
        if len(raw) > MOST:
            raise BodyTooLarge(_("This is more than 1 MB. Send less text."))
        try:
            return _read(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON.")) from error


def _read(text: str) -> Any:
    value = json.loads(text, parse_constant=_refuse)
    if "\\ud" in text.lower():
        # Half a surrogate pair is no text: it can be neither stored nor answered.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
