"""The one Django app of the project."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

ROLES = ("editor", "publisher")
"""Groups that a new installation has. Both edit drafts; a publisher also publishes."""


class WizardConfig(AppConfig):
    name = "wizard"
    verbose_name = _("Payout Wizard")

    def ready(self) -> None:
        # After Django's own handler, which makes the permissions.
        post_migrate.connect(_make_roles, sender=self)


def _make_roles(**options: Any) -> None:
    """Make the groups that are missing. What an administrator made of them stays."""
    # As migrations have them; `flush` sends the same signal without.
    models = options.get("apps", apps)
    group_model = models.get_model("auth", "Group")
    rights = models.get_model("auth", "Permission").objects
    ours = rights.filter(content_type__app_label="wizard")
    drafts = ours.exclude(content_type__model__in=("user", "edition"))
    see_editions = ours.filter(codename="view_edition")
    publish = ours.filter(codename="add_edition")
    for name in ROLES:
        group, created = group_model.objects.get_or_create(name=name)
        if created:
            group.permissions.set(drafts | see_editions)
            if name == "publisher":
                group.permissions.add(*publish)
