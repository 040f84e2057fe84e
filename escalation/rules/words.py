"""The reasons of a choice in words: the one place that makes sentences of what is kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, get_language_info, ngettext
from django.utils.translation import gettext as _

from common.formats import moment
from escalation.choices import How

Data = Mapping[str, Any]


def said(chosen: Data) -> str:
    """Return why somebody got a ticket or nobody did, in the active language and time zone.

    chosen: what escalation.queries.reasons makes; "" for what was kept before it did.
    """
    make = _SENTENCES.get(chosen.get("how", ""))
    return " ".join(make(chosen)) if make else ""


def reasons(data: Data) -> str:
    """Return what speaks for a person as one line: "has Networks 3, on duty until 18:00"."""
    return ", ".join(_reasons(data, data.get("is_called", False)))


def away(data: Data) -> str:
    """Return why somebody is not on duty, and when they come back."""
    if data["why"] == "absent":
        if "substitute" in data:
            words = _("absent until %(when)s, %(name)s stands in")
            return words % {"when": _moment(data, "until"), "name": data["substitute"]}
        return _("absent until %(when)s") % {"when": _moment(data, "until")}
    if "until" in data:
        return _("off duty until %(when)s") % {"when": _moment(data, "until")}
    return _("off duty")


def skills(asked: list[Data]) -> str:
    """Return skills with their levels: "Networks 3, Security 1"."""
    return ", ".join(f"{one['name']} {one.get('level', one.get('held'))}" for one in asked)


def until_when(data: Data) -> str:
    """Return that nobody of a team is on duty, and until when, as far as it is known."""
    if when := _moment(data, "opens"):
        words = _("Nobody of %(team)s is on duty until %(when)s.")
        return words % {"team": data["team"], "when": when}
    return _("Nobody of %(team)s is on duty.") % data


def language_names(codes: list[str]) -> str:
    """Return the names of languages in the active one."""
    return ", ".join(str(get_language_info(code)["name_translated"]) for code in codes)


def _of_one(chosen: Data) -> Iterator[str]:
    yield _("%(name)s: %(reasons)s.") % {"name": chosen["name"], "reasons": reasons(chosen)}
    yield from _before(chosen)


def _of_called(chosen: Data) -> Iterator[str]:
    yield until_when(chosen)
    said = reasons({**chosen, "is_called": True})
    yield _("%(name)s: %(reasons)s.") % {"name": chosen["name"], "reasons": said}


def _of_pull(chosen: Data) -> Iterator[str]:
    yield _("%(team)s takes its work itself: whoever is on duty is told.") % chosen


def _of_lacking(chosen: Data) -> Iterator[str]:
    words = _("Nobody of %(team)s on duty has what it takes: %(skills)s.")
    yield words % {"team": chosen["team"], "skills": skills(chosen["asked"])}
    for one in chosen["lacking"]:
        held = [skill for skill in one["skills"] if skill["held"]]
        if held:
            yield _("%(name)s has %(skills)s.") % {"name": one["name"], "skills": skills(held)}


def _of_nobody(chosen: Data) -> Iterator[str]:
    yield until_when(chosen)
    yield _("Nobody is on call: the team gets it, and its lead is told.")


def _of_named(chosen: Data) -> Iterator[str]:
    yield _("%(name)s was named by whoever handed it over.") % chosen


_SENTENCES = {
    How.SKILL: _of_one, How.IN_TURN: _of_one, How.ON_CALL: _of_called, How.PULL: _of_pull,
    How.NOBODY_FITS: _of_lacking, How.NOBODY_THERE: _of_nobody, How.NAMED: _of_named,
}  # fmt: skip


def _reasons(data: Data, is_called: bool) -> Iterator[str]:
    if data.get("how") == How.IN_TURN:
        yield _("it is their turn")
    if "stands_in_for" in data:
        yield _("stands in for %(stands_in_for)s") % data
    for one in data.get("skills", ()):
        if one["held"] >= one["asked"]:
            yield _("has %(name)s %(held)s") % one
        else:
            yield _("lacks %(name)s %(asked)s") % one
    if is_called:
        yield _("on call")
    elif when := _moment(data, "until"):
        yield _("on duty until %(when)s") % {"when": when}
    else:
        yield _("on duty")
    if data["speaks"]:
        yield _("speaks %(languages)s") % {"languages": language_names(data["languages"])}
    yield _open(data["load"])


def _before(chosen: Data) -> Iterator[str]:
    for rival in chosen.get("before", ()):
        words = _("Chosen before %(name)s: %(why)s.")
        yield words % {"name": rival["name"], "why": _why(rival, chosen)}


def _why(rival: Data, chosen: Data) -> str:
    if rival["why"] == "load":
        return _open(rival["load"])
    if rival["why"] == "language":
        spoken = language_names(chosen["languages"])
        return _("does not speak %(languages)s") % {"languages": spoken}
    if rival["why"] == "turn":
        return _("got something more recently")
    return _("equal, and further down the list")


def _open(count: int) -> str:
    return ngettext("%(num)s open", "%(num)s open", count) % {"num": count}


def _moment(data: Data, key: str) -> str:
    if key not in data:
        return ""
    at, now = datetime.fromisoformat(data[key]), datetime.fromisoformat(data["at"])
    return moment(at, now, get_language() or "en")
