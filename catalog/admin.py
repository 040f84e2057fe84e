from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog import actions
from catalog.models import Category, CategorySkill, Service
from common.admin import ReferenceAdmin, ReferenceInline, origin_of


class CategorySkillInline(ReferenceInline):
    model = CategorySkill
    autocomplete_fields = ["skill"]


@admin.register(Service)
class ServiceAdmin(ReferenceAdmin):
    """What the organisation offers its people, and the teams that serve it."""

    save_row = actions.save
    list_display = ["slug", "__str__", "order", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["slug", "names"]
    autocomplete_fields = ["teams"]
    ordering = ["order", "pk"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actions.save_service(obj, teams=form.cleaned_data["teams"], origin=origin_of(request))


@admin.register(Category)
class CategoryAdmin(ReferenceAdmin):
    """What a ticket can be about, and what follows from it."""

    save_row = actions.save
    remove_row = actions.remove
    list_display = ["slug", "__str__", "service", "kind", "team", "is_sensitive", "is_active"]
    list_select_related = ["service", "team"]
    list_filter = ["service", "kind", "is_active"]
    search_fields = ["slug", "names", "keywords"]
    autocomplete_fields = ["service", "team"]
    ordering = ["service__order", "order", "pk"]
    inlines = [CategorySkillInline]
