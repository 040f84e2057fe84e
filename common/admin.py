"""Pages of the administration: reference data, saved by actions, and what is only read."""

from collections.abc import Callable
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from common.errors import DomainError
from common.origin import Channel, Origin

Save = Callable[..., Any]


def may(request: HttpRequest) -> bool:
    """Test if the person signed in may use the administration."""
    user: Any = request.user
    if not (user.is_active and getattr(user, "is_staff", False)):
        return False
    return bool(user.is_superuser or getattr(user, "role", "") == "administrator")


def zones() -> list[tuple[str, str]]:
    """Return the time zones there are, for a choice."""
    return [(name, name) for name in sorted(available_timezones())]


def origin_of(request: HttpRequest) -> Origin:
    """Return the origin of a change made in the administration."""
    return Origin.of_request(request, Channel.DESK)


class ReferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Reference data: administrators change it through `save_row`, nobody deletes it.

    save_row: the action of the app that owns the row. remove_row: the same for rows of inlines
    that may go. What an action refuses is shown in the form, with everything that was typed.
    """

    save_row: Save
    remove_row: Save | None = None

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "time_zone":
            # A zone nobody knows would break every page that shows its person a time.
            return forms.ChoiceField(
                choices=zones, label=db_field.verbose_name, initial=db_field.get_default()
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        type(self).save_row(obj, origin=origin_of(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        # Not form.save_m2m(): relations are the action's to write.
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        origin = origin_of(request)
        # What is new comes first: a calendar whose windows are replaced is never without any.
        for row in formset.save(commit=False):
            type(self).save_row(row, origin=origin)
        for row in formset.deleted_objects:
            cast("Save", type(self).remove_row)(row, origin=origin)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            # Its transaction is undone; once more, and now the form says what was refused.
            request.refused = str(error)  # type: ignore[attr-defined]
            answer: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
            return answer

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        base = super().get_form(request, obj, change, **kwargs)
        refused = getattr(request, "refused", None)
        return base if refused is None else _refusing(base, refused)


class ReferenceInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows that belong to a row of reference data, on its page."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)


class ReadOnlyInline(ReferenceInline):
    """Rows that only the product's own verbs write, on the page of the row they belong to."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the product's own verbs write: administrators may look."""

    show_full_result_count = False
    actions: Any = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def columns(model: type[models.Model], *without: str) -> tuple[str, ...]:
    """Return the names of a model's own fields, for the page of a row that is only read."""
    return tuple(f.name for f in model._meta.concrete_fields if f.name not in without)


def _refusing(base: Any, text: str) -> Any:
    class Refusing(base):  # type: ignore[misc]
        def clean(self) -> Any:
            cleaned = super().clean()
            self.add_error(None, text)
            return cleaned

    return Refusing
