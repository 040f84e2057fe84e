"""Foreign keys point down, as imports do; the import linter cannot see them."""

from django.apps import apps
from django.conf import settings

from tests.architecture.source import APPS, layers

# The history names its actor; Django itself makes the same exception for its users.
EXEMPT = {("audit.Event", "actor")}


def test_a_row_refers_to_its_own_layer_or_below() -> None:
    height = layers()
    up = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.get_fields(include_hidden=True)
        if field.concrete and field.is_relation and field.related_model is not None
        if field.related_model._meta.app_label in APPS
        if (model._meta.label, field.name) not in EXEMPT
        if height[field.related_model._meta.app_label] > height[model._meta.app_label]
    ]

    assert up == []
    assert height["common"] < height["accounts"] < height["tickets"] < height["escalation"]


def test_whoever_made_history_cannot_be_deleted() -> None:
    """Every reference to a person from what happened protects the person."""
    person = apps.get_model(settings.AUTH_USER_MODEL)
    parts_of_a_person = {"PhoneNumber", "Membership", "PersonSkill", "Duty", "ApiToken", "Person"}
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS and model.__name__ not in parts_of_a_person
        for field in model._meta.fields
        if field.related_model is person and not field.auto_created
        if field.remote_field.on_delete.__name__ != "PROTECT"
        if not model._meta.auto_created
    ]

    assert loose == []
