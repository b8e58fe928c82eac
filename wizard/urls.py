"""Addresses: visitors' pages under their language, staff, health."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path, re_path

from wizard import health, results, sharing, views
from wizard.admin import dashboard
from wizard.downloads import DOWNLOADS

handler400 = "wizard.server.errors.bad_request"
handler403 = "wizard.server.errors.forbidden"
handler404 = "wizard.server.errors.not_found"
handler500 = "wizard.server.errors.server_error"

STEP = r"^(?P<slug>[-a-z0-9]+)/(?P<number>[0-9]{1,9})/"
RESULT = rf"^r/{results.TOKEN}/"

urlpatterns = [
    path("", views.to_language, name="root"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("admin/", admin.site.admin_view(dashboard.index)),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("messages/", views.messages, name="messages"),
        path("r/deleted/", sharing.deleted, name="deleted"),
        re_path(rf"{RESULT}$", sharing.result, name="result"),
        re_path(rf"{RESULT}compare/$", sharing.compare, name="compare"),
        re_path(rf"{RESULT}{results.SECRET}/$", sharing.manage, name="manage"),
        *(
            re_path(rf"{RESULT}{made.file}$", sharing.download, {"name": name})
            for name, made in DOWNLOADS.items()
        ),
        path("r/<path:pasted>", sharing.broken),
        path("<slug:slug>/", views.tree, name="tree"),
        path("<slug:slug>/alternatives/", views.alternatives, name="alternatives"),
        re_path(rf"{STEP}$", views.step, name="step"),
        re_path(rf"{STEP}share/$", sharing.share, name="share"),
        *(
            re_path(rf"{STEP}{made.file}$", views.download, {"name": name})
            for name, made in DOWNLOADS.items()
        ),
    ),
]
