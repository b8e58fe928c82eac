"""Pages of our own around one tree: their addresses, who may see them, their frame.

A page is a function of request and tree, registered with `tree_page`; TreeAdmin
gives it its address. Whoever lacks the right gets a 403 before the page runs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from wizard.models import Edition, Tree, User

VIEW = "wizard.view_tree"
CHANGE = "wizard.change_tree"
PUBLISH = "wizard.add_edition"

TreeView = Callable[[HttpRequest, Tree], HttpResponse]


@dataclass(frozen=True)
class Page:
    """`to_see` and `to_post` are the rights needed; without `to_post` it is only read."""

    name: str
    view: TreeView
    label: str | Promise
    to_see: str
    to_post: str | None
    place: int


PAGES: dict[str, Page] = {}
"""All pages by name, filled as their modules are imported."""


def tree_page(
    name: str,
    *,
    label: str | Promise = "",
    place: int = 0,
    to_see: str = VIEW,
    to_post: str | None = None,
) -> Callable[[TreeView], TreeView]:
    """Register a page as `admin:wizard_tree_<name>`, under `<tree>/<name>/`.

    With a `label` it stands in the bar above every page of the tree, by `place`.
    """

    def register(view: TreeView) -> TreeView:
        PAGES[name] = Page(name, view, label, to_see, to_post, place)
        return view

    return register


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path(f"<int:pk>/{name}/", _for_staff(site, page), name=f"wizard_tree_{name}")
        for name, page in PAGES.items()
    ]


def _for_staff(site: admin.AdminSite, page: Page) -> Callable[..., HttpResponse]:
    """The page behind the login. A session that ended is told by the login page as a whole."""
    view = site.admin_view(_guarded(page))

    @never_cache
    def whole_login(request: HttpRequest, pk: int) -> HttpResponse:
        if request.htmx and not site.has_permission(request):  # type: ignore[attr-defined]
            login = redirect_to_login(request.get_full_path(), reverse("admin:login"))
            return HttpResponseClientRedirect(login.url)
        return view(request, pk)

    return whole_login


def _guarded(page: Page) -> Callable[..., HttpResponse]:
    @wraps(page.view)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        tree = get_object_or_404(Tree, pk=pk)
        if not request.user.has_perm(page.to_see):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            if page.to_post is None or request.method != "POST":
                return HttpResponseNotAllowed(["GET", "HEAD"] + ["POST"] * bool(page.to_post))
            if not request.user.has_perm(page.to_post):
                raise PermissionDenied
        return page.view(request, tree)

    return view


def edition_or_404(tree: Tree, number: str) -> Edition:
    """The edition of a tree with the number that an address holds."""
    if not re.fullmatch("[0-9]{1,9}", number):
        raise Http404
    known = tree.editions.select_related("tree__edited_by", "published_by")
    edition: Edition = get_object_or_404(known, number=int(number))
    return edition


def address(name: str, tree: Tree) -> str:
    return reverse(f"admin:wizard_tree_{name}", args=[tree.pk])


def frame(
    request: HttpRequest, tree: Tree, name: str, title: str, **context: Any
) -> dict[str, Any]:
    """What `admin/wizard/tree/frame.html` shows around a page, with the page's own context."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "opts": Tree._meta,
        "tree": tree,
        "page": name,
        "bar": bar(request, tree, name),
        "may_change": request.user.has_perm(CHANGE),
        "may_publish": request.user.has_perm(PUBLISH),
        **context,
    }


def bar(request: HttpRequest, tree: Tree, name: str = "") -> list[dict[str, Any]]:
    """The links above every page of a tree, as far as this user may follow them."""
    shown = sorted((p for p in PAGES.values() if p.label), key=lambda page: page.place)
    return [
        {"label": page.label, "url": address(page.name, tree), "current": page.name == name}
        for page in shown
        if request.user.has_perm(page.to_see)
    ]


def staff(request: HttpRequest) -> User | None:
    """Who is at work, for what is noted down."""
    return request.user if isinstance(request.user, User) else None
