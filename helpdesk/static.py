"""How static files are named when they are collected."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFilesStorage(ManifestStaticFilesStorage):
    """Names with the hash of the content, also in what our scripts import from each other."""

    support_js_module_import_aggregation = True
