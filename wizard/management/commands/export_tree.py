"""Print a tree as one document."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import drafts
from wizard.models import Tree
from wizard.tree import content, documents
from wizard.tree.documents import Form


class Command(BaseCommand):
    help = "Print the draft of a tree, or one of its editions, as JSON or YAML."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--edition", type=int, help="its number (default: the draft)")
        parser.add_argument("--format", choices=[form.value for form in Form], default="json")

    def handle(self, *args: Any, slug: str, edition: int | None, **options: Any) -> None:
        tree = Tree.objects.filter(slug=slug).first()
        if tree is None:
            raise CommandError(f"No such tree: {slug}")
        chosen = drafts.snapshot(tree) if edition is None else _edition(tree, edition)
        self.stdout.write(documents.write(chosen, Form(options["format"])), ending="")


def _edition(tree: Tree, number: int) -> content.Tree:
    edition = tree.editions.filter(number=number).first()
    if edition is None:
        raise CommandError(f"{tree.slug} has no edition {number}.")
    return content.decode(edition.document)
