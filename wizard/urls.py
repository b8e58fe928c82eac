"""Addresses: visitors' pages under their language, staff, health."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path, re_path

from wizard import files, results, sharing, views
from wizard.admin import dashboard

handler400 = "wizard.views.bad_request"
handler403 = "wizard.views.forbidden"
handler404 = "wizard.views.not_found"
handler500 = "wizard.views.server_error"

STEP = r"^(?P<slug>[-a-z0-9]+)/(?P<number>[0-9]{1,9})/"
RESULT = rf"^r/{results.TOKEN}/"

FILES = {
    "calendar.ics": files.calendar,
    "plan.html": files.page,
    "letters.txt": files.letters,
}

urlpatterns = [
    path("", views.to_language, name="root"),
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
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
        *(re_path(f"{RESULT}{name}$", files.of_result(file)) for name, file in FILES.items()),
        path("r/<path:pasted>", sharing.broken),
        path("<slug:slug>/", views.tree, name="tree"),
        path("<slug:slug>/alternatives/", views.alternatives, name="alternatives"),
        re_path(rf"{STEP}$", views.step, name="step"),
        re_path(rf"{STEP}share/$", sharing.share, name="share"),
        *(re_path(f"{STEP}{name}$", files.of_walk(file)) for name, file in FILES.items()),
    ),
]
