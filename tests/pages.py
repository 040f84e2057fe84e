"""What tests read of a page."""

import html
import re

from django.http import HttpResponse


def said(answer: HttpResponse) -> str:
    """Return the text of a page, each run of white space as one space."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text)
