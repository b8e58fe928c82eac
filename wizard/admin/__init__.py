"""Staff editing: stock Django admin, and pages of our own around each tree.

Pages call publishing, drafts and the pure rooms below; nothing is decided here.
"""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from wizard.admin import (
    changes,
    check,
    dashboard,
    editions,
    exchange,
    history,
    new_scenario,
    parts,
    preview,
    publish,
    reading,
    rename,
    scenarios,
    shared,
    tree_map,
    trees,
)
from wizard.models import User

__all__ = [
    "changes",
    "check",
    "dashboard",
    "editions",
    "exchange",
    "history",
    "new_scenario",
    "parts",
    "preview",
    "publish",
    "reading",
    "rename",
    "scenarios",
    "shared",
    "tree_map",
    "trees",
]

admin.site.site_header = _("Payout Wizard")
admin.site.site_title = _("Payout Wizard")
admin.site.index_title = _("Draft and editions")

admin.site.register(User, UserAdmin)
