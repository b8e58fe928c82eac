"""Editions for tests of what visitors see. Drafts and their checks are tested elsewhere."""

from django.utils import timezone

from wizard import editions
from wizard.models import Tree
from wizard.tree import content


def make_edition(tree):
    """Show visitors a tree from tests.trees, as if its draft had been published."""
    texts = {
        f"{name}_{column}": getattr(getattr(tree, name), column)
        for name in ("title", "summary")
        for column in ("zh_hans", "en")
    }
    row, _ = Tree.objects.get_or_create(slug=tree.slug, defaults=texts)
    document = content.encode(tree)
    edition = row.editions.create(
        number=row.editions.count() + 1,
        document=document,
        digest=content.digest(document),
        visible_from=timezone.now(),
    )
    editions.forget()
    return edition
