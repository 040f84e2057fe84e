"""The Jinja2 environment of every page: translations, formats of the reader's language, icons."""

import datetime as dt
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any, NamedTuple

import lucide
from django.conf import settings
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from jinja2 import Environment, Template, pass_environment, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from common import durations, formats

EXTENSIONS = ("jinja2.ext.i18n",)
ICON_SIZE = 20
ICON_STROKE = 1.75


def environment(**options: Any) -> Environment:
    """Return the environment Django's Jinja2 backend asks for (OPTIONS["environment"])."""
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    options["extensions"] = [*options.get("extensions", ()), *EXTENSIONS]
    # Django escapes every template as HTML; the words of a mail's text and subject are none.
    options["autoescape"] = lambda name: not (name or "").endswith((".txt", ".subject"))
    env = Environment(**options)  # noqa: S701
    # Added by the i18n extension at run time, which its stubs do not know.
    install: Callable[..., None] = env.install_gettext_callables  # type: ignore[attr-defined]
    install(
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(GLOBALS, gettext=_gettext, _=_gettext)
    env.template_class = _Page
    env.filters.update(FILTERS)
    return env


# --- The reader -------------------------------------------------------------


class _Reader(NamedTuple):
    language: str
    zone: dt.tzinfo


_reader: ContextVar[_Reader | None] = ContextVar("reader", default=None)


def reader() -> _Reader:
    """Return the language and the zone that are active: while a page is written, its own."""
    return _reader.get() or _Reader(
        translation.get_language() or "en", timezone.get_current_timezone()
    )


class _Page(Template):
    """A template that asks once who reads it: a list says so much that asking costs most."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        token = _reader.set(None)
        _reader.set(reader())
        try:
            return super().render(*args, **kwargs)
        finally:
            _reader.reset(token)


@pass_eval_context
def _gettext(context: EvalContext, message: str, /, **variables: object) -> str:
    said = _said(reader().language, message, bool(context.autoescape), bool(variables))
    return said % variables if variables else said


@lru_cache(maxsize=16_384)  # of all templates together, in four languages
def _said(_language: str, message: str, escapes: bool, has_holes: bool) -> str:
    said = translation.gettext(message)
    if escapes:
        said = Markup(said)  # noqa: S704  ours; what fills the holes is escaped
    return said if has_holes else said % {}


def language() -> str:
    """Return the code of the active language, "en" when translations are off."""
    return reader().language


def html_language() -> str:
    """Return the language tag of the page, with the Swiss region where the code names none."""
    code = language()
    return code if "-" in code else f"{code}-CH"


def languages() -> list[tuple[str, str, str]]:
    """Return (code, short word, name in the language itself) for each language on offer."""
    return [
        (code, code[:2].upper(), translation.get_language_info(code)["name_local"].capitalize())
        for code, _name in settings.LANGUAGES
    ]


@pass_environment
def kept(env: Environment, name: str, item: Hashable, now: dt.datetime) -> Markup:
    """Write an item of a list by the macro `item(item, now)` of a template.

    What is the same for every reader is written once in ten seconds: thirty people look at
    one queue, and each change makes all their pages look again.
    """
    step = now.replace(second=now.second // 10 * 10, microsecond=0)
    return _kept(env.get_template(name), item, step, reader())


@lru_cache(maxsize=4096)
def _kept(template: Template, item: Hashable, now: dt.datetime, _reader: _Reader) -> Markup:
    written: Markup = template.module.item(item, now)  # type: ignore[attr-defined]
    return written


# --- Links ------------------------------------------------------------------


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a named URL."""
    return reverse(name, args=args, kwargs=kwargs)


def links(name: str, sample: str) -> Callable[[object], str]:
    """Return a function from a value to its path, for lists: it resolves the name only once.

    `sample` is a value the URL accepts ("26-00001"); values must need no quoting.
    """
    before, after = _around(name, sample, settings.ROOT_URLCONF, get_script_prefix())
    return lambda value: f"{before}{value}{after}"


@lru_cache(maxsize=128)
def _around(name: str, sample: str, _urlconf: str, _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=(sample,)).rpartition(sample)
    return before, after


# --- Icons ------------------------------------------------------------------


@lru_cache(maxsize=512)
def icon(name: str, label: str | None = None, size: int = ICON_SIZE) -> Markup:
    """Return a lucide icon as inline SVG: hidden from readers beside a word, named by `label`."""
    attributes: dict[str, str] = {"class": f"icon icon--{name}", "focusable": "false"}
    if label is None:
        attributes["aria-hidden"] = "true"
    else:
        attributes |= {"role": "img", "aria-label": label}
    svg = lucide._render_icon(name, size, stroke_width=ICON_STROKE, **attributes)
    return Markup(" ".join(svg.split()))  # noqa: S704  built from the package's own drawings


# --- Formats in the reader's language and zone --------------------------------


def _in_language(function: Callable[..., str]) -> Callable[..., str]:
    """Return the format as a filter: the language is the reader's, an empty value stays empty."""

    def filtered(value: Any, *args: Any, **kwargs: Any) -> str:
        if value is None:
            return ""
        return function(value, *args, language=reader().language, **kwargs)

    return filtered


def _plain(function: Callable[..., str]) -> Callable[..., str]:
    def filtered(value: Any, *args: Any, **kwargs: Any) -> str:
        return "" if value is None or value == "" else function(value, *args, **kwargs)

    return filtered


def _in_zone(function: Callable[..., str]) -> Callable[..., str]:
    """Return the format as a filter: the time zone is the reader's unless it is given."""

    def filtered(value: Any, zone: dt.tzinfo | None = None) -> str:
        return "" if value is None or value == "" else function(value, zone or reader().zone)

    return filtered


def _from_now(function: Callable[..., str]) -> Callable[..., str]:
    """Return a format that compares with now; pages pass `now` where one must serve all."""

    def filtered(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
        if value is None:
            return ""
        language, zone = reader()
        return function(value, now or timezone.now(), language, zone)

    return filtered


def rest(seconds: float) -> str:
    """Return what a running chip shows: "4:59" under five minutes, else hours and minutes."""
    if 0 <= seconds < 5 * formats.MINUTE:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    return formats.duration(seconds, language())


def instant(value: str | None) -> dt.datetime | None:
    """Return the instant that a message's data holds as ISO text; None stays None."""
    return dt.datetime.fromisoformat(value) if value else None


def units() -> dict[str, object]:
    """Return the words of durations which the browser needs to tick (chips.js)."""
    say = formats.words(language())
    return {
        "hour": say.hour,
        "minute": say.minute,
        "hours": say.hours,
        "minutes": say.minutes,
    }


FILTERS: dict[str, Callable[..., Any]] = {
    "date": _in_zone(formats.date),
    "time": _in_zone(formats.time),
    "date_time": _in_zone(formats.date_time),
    "iso": _plain(formats.iso),
    "phone": _plain(formats.phone),
    "money": _plain(formats.money),
    "date_long": _in_language(formats.date_long),
    "weekday": _in_language(formats.weekday_short),
    "spoken_time": _in_language(formats.spoken_time),
    "duration": _in_language(formats.duration),
    "exact": _in_language(durations.exact),
    "duration_spoken": _in_language(formats.duration_spoken),
    "number": _in_language(formats.quantity),
    "percent": _in_language(formats.percent),
    "file_size": _in_language(formats.file_size),
    "relative": _from_now(formats.relative),
    # A chip says the same instant three times.
    "moment": _from_now(lru_cache(maxsize=4096)(formats.moment)),
    "spoken_moment": _from_now(formats.spoken_moment),
    "rest": rest,
    # Jinja2's own `capitalize` would make "Nächste antwort" of a German noun.
    "capfirst": capfirst,
    "instant": instant,
    # Safe in a script data block and, because it escapes quotes, in a single-quoted attribute.
    "json": partial(htmlsafe_json_dumps),
}

GLOBALS: dict[str, object] = {
    "url": url,
    "links": links,
    "static": static,
    "icon": icon,
    "kept": kept,
    "current_time": timezone.now,
    "language": language,
    "html_language": html_language,
    "languages": languages,
    "units": units,
}
