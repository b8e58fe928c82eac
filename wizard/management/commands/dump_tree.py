"""Write a draft back into its fixture."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import drafts
from wizard.models import Tree


class Command(BaseCommand):
    help = "Write the draft of a tree to fixtures/<slug>.yaml, or to standard output with “-”."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("output", nargs="?", choices=["-"], help="“-” for standard output")

    def handle(self, *args: Any, slug: str, output: str | None, **options: Any) -> None:
        try:
            text = drafts.fixture(Tree.objects.get(slug=slug))
        except Tree.DoesNotExist:
            raise CommandError(f"No such tree: {slug}") from None
        if output:
            self.stdout.write(text, ending="")
            return
        path = settings.FIXTURE_DIRS[0] / f"{slug}.yaml"
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {path.name}.")
