"""Translation catalogues, for `make messages`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from helpdesk import messages


class Command(BaseCommand):
    help = "Extract every marked sentence into locale/*/LC_MESSAGES/django.po and compile them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile-only", action="store_true", help="only .po to .mo")

    def handle(self, *, compile_only: bool, **options: Any) -> None:
        folder = settings.LOCALE_PATHS[0]
        if not compile_only:
            # English is the language of the sources.
            languages = [code for code, _ in settings.LANGUAGES if code != "en"]
            figures = messages.update(settings.BASE_DIR, folder, languages)
            for language, (sentences, missing) in figures.items():
                self.stdout.write(f"{language}: {sentences} sentences, {missing} untranslated")
        written = messages.compile_stale([folder])
        self.stdout.write(f"{written} compiled")
