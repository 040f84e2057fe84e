"""Names in four languages: data that an administrator translates, not catalogue strings."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("en", "fr", "de", "it")


def translated(names: Mapping[str, str], language: str | None = None) -> str:
    """Return the name in `language` (None: the active one), else in English, else any."""
    wanted = (language or get_language() or "en")[:2]
    return names.get(wanted) or names.get("en") or next(iter(names.values()), "")


def validate_names(value: object) -> None:
    """Refuse anything but a name for each of our languages."""
    good = isinstance(value, dict) and set(value) == set(LANGUAGES)
    if not good or not all(isinstance(v, str) and v.strip() for v in value.values()):  # type: ignore[attr-defined]
        raise ValidationError(_("Give a name in English, French, German and Italian."))
