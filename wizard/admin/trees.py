"""The tree itself: its title and place, and the addresses of the pages around it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from wizard.admin import exchange, pages, prose
from wizard.admin.base import StaffAdmin
from wizard.admin.widgets import EditingFields
from wizard.models import Tree
from wizard.tree.languages import columns


@admin.register(Tree)
class TreeAdmin(EditingFields, StaffAdmin):
    list_display = ("slug", "title", "current", "publish_link")
    search_fields = ("slug", *columns("title"))
    fields = ("title", "summary", ("slug", "position"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Links to a published tree hold its slug."""
        return ("slug",) if obj is not None and obj.editions.exists() else ()

    @admin.display(description=_("edition"))
    def current(self, tree: Tree) -> str:
        return str(tree.edition.number) if tree.edition else "–"

    @admin.display(description=_("publish"))
    def publish_link(self, tree: Tree) -> str:
        address = pages.address("publish", tree)
        return format_html('<a href="{}">{}</a>', address, _("Check and publish"))

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(prose.preview)
        return [
            path("prose/", preview, name="wizard_prose"),
            *exchange.urls(self.admin_site),
            *pages.urls(self.admin_site),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        tree = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"bar": pages.bar(request, tree)} if tree else {}
        if tree and request.user.has_perm("wizard.add_question") and not tree.questions.exists():
            context["first_question_url"] = f"{reverse('admin:wizard_question_add')}?tree={tree.pk}"
        return super().changeform_view(
            request, object_id, form_url, context | (extra_context or {})
        )
