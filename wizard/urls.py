"""Addresses: visitors' pages under their language, staff, health."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path, re_path

from wizard import views

handler400 = "wizard.views.bad_request"
handler403 = "wizard.views.forbidden"
handler404 = "wizard.views.not_found"
handler500 = "wizard.views.server_error"

urlpatterns = [
    path("", views.to_language, name="root"),
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("<slug:slug>/", views.tree, name="tree"),
        re_path(r"^(?P<slug>[-a-z0-9]+)/(?P<number>[0-9]{1,9})/$", views.step, name="step"),
    ),
]
