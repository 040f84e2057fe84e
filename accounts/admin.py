from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as _auth_admin  # noqa: F401 - registers Group
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import (
    ApiToken,
    Duty,
    Membership,
    Organisation,
    Person,
    PersonSkill,
    PhoneNumber,
    Site,
    Skill,
    Team,
)
from common.admin import ReadOnlyAdmin, ReferenceAdmin, ReferenceInline, may, origin_of
from common.errors import InvalidInput

# Rights follow from role and membership; Django's groups would be a second answer. Its admin
# module registers them when it is first imported: here, so that it does not do it later.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


class PhoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes a number in any spelling."""

    e164 = forms.CharField(label=_("number"), max_length=40)

    def clean_e164(self) -> str:
        try:
            return actions.e164(self.cleaned_data["e164"])
        except InvalidInput as error:
            raise ValidationError(str(error), code=error.code) from error


class PhoneInline(ReferenceInline):
    model = PhoneNumber
    form = PhoneForm


class SkillInline(ReferenceInline):
    model = PersonSkill
    autocomplete_fields = ["skill"]


class MembershipInline(ReferenceInline):
    model = Membership
    autocomplete_fields = ["person", "team"]


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person without the hash of their password; a new one may be set."""

    new_password = forms.CharField(
        label=_("new password"), required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to keep the one there is."),
    )  # fmt: skip

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password


@admin.register(Person)
class PersonAdmin(ReferenceAdmin):
    """Everyone: requesters, agents, administrators."""

    save_row = actions.save
    remove_row = actions.remove
    form = PersonForm
    list_display = ["family_name", "given_name", "email", "role", "site", "is_active"]
    list_select_related = ["site"]
    list_filter = ["role", "is_active", "site", "language"]
    search_fields = ["family_name", "given_name", "email", "username"]
    autocomplete_fields = ["organisation", "site", "manager"]
    ordering = ["family_name", "given_name"]
    readonly_fields = ["last_login"]
    fields = [
        ("given_name", "family_name"), "email", "username", "new_password",
        ("language", "time_zone"), ("organisation", "site"), ("department", "room"), "manager",
        "is_vip", "role", "is_staff", "is_active", "last_login",
    ]  # fmt: skip
    inlines = [PhoneInline, SkillInline, MembershipInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find people as the call card does: accents and phone spellings forgiven."""
        people: Any = queryset
        return (people.matching(search_term) if search_term.strip() else people), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        password = form.cleaned_data.get("new_password") or None
        actions.save_person(obj, origin=origin_of(request), password=password)


@admin.register(Team)
class TeamAdmin(ReferenceAdmin):
    """Support groups and who is in them."""

    save_row = actions.save
    remove_row = actions.remove
    list_display = ["name", "level", "email", "is_active"]
    list_filter = ["level", "is_active"]
    search_fields = ["name", "slug"]
    ordering = ["level", "name"]
    fields = ["name", "slug", "level", "email", "is_active"]
    inlines = [MembershipInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # The level of its tickets was copied from it, and moves only with a hand-over.
        return ["level"] if obj else []


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    """Our own organisation, customers, suppliers."""

    save_row = actions.save
    list_display = ["name", "slug", "kind"]
    list_filter = ["kind"]
    search_fields = ["name", "slug"]
    ordering = ["name"]


@admin.register(Site)
class SiteAdmin(ReferenceAdmin):
    """Places where people work."""

    save_row = actions.save
    list_display = ["name", "city", "canton", "organisation"]
    list_select_related = ["organisation"]
    list_filter = ["canton"]
    search_fields = ["name", "slug", "city"]
    autocomplete_fields = ["organisation"]
    ordering = ["name"]


@admin.register(Skill)
class SkillAdmin(ReferenceAdmin):
    """What agents can do and categories may require."""

    save_row = actions.save
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    ordering = ["name"]


@admin.register(Duty)
class DutyAdmin(ReferenceAdmin):
    """Who is on duty, who is away, and who stands in."""

    save_row = actions.save
    list_display = ["person", "kind", "starts_at", "ends_at", "substitute"]
    list_select_related = ["person", "substitute"]
    list_filter = ["kind"]
    search_fields = ["person__family_name", "person__given_name"]
    autocomplete_fields = ["person", "substitute"]
    ordering = ["-starts_at"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Keys of programs; the secret itself is nowhere. To delete one is to revoke it."""

    list_display = ["prefix", "person", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["person"]
    search_fields = ["prefix", "person__family_name"]
    ordering = ["-pk"]
    fields = ["person", "prefix", "created_at", "expires_at", "last_used_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actions.revoke_token(obj, origin=origin_of(request))
