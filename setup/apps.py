from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "setup"
    default_auto_field = "django.db.models.BigAutoField"
