"""The Jinja2 environment of the whole product: what the apps add to that of `common`."""

from typing import Any

from jinja2 import Environment

from common.jinja import environment as basic
from escalation.rules import words


def environment(**options: Any) -> Environment:
    """Return the environment of every page and mail, with the words of escalation in it."""
    env = basic(**options)
    # Mails are written when they leave, by a part that knows nothing of what it tells.
    env.filters |= {"why_chosen": words.said, "why_able": words.reasons, "why_away": words.away}
    return env
