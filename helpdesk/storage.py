"""How collected static files are named: by their content, with one style sheet for all pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

SHEET = "css/main.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
# Django's own pattern for `import … from "./x.js"`; turned on for our modules alone, since
# libraries' files name modules that they do not ship.
_MODULES = ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class BundledStorage(ManifestStaticFilesStorage):
    """Joins the parts of the style sheet, so that a page makes one request for it."""

    patterns = (*ManifestStaticFilesStorage.patterns, ("js/*.js", _MODULES))

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run and SHEET in paths:
            self._join(Path(self.path(SHEET)))
            paths[SHEET] = (self, SHEET)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, sheet: Path) -> None:
        def part(found: re.Match[str]) -> str:
            rules = (sheet.parent / found[1]).read_text(encoding="utf-8")
            return f"@layer {found[2]} {{\n{rules}}}\n"

        sheet.write_text(_IMPORT.sub(part, sheet.read_text(encoding="utf-8")), encoding="utf-8")
