"""Publish a draft from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import publishing, wording
from wizard.models import Tree


class Command(BaseCommand):
    help = "Publish the draft of a tree as its next edition."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--note", default="", help="what is new in this edition")

    def handle(self, *args: Any, slug: str, note: str, **options: Any) -> None:
        try:
            edition = publishing.publish(Tree.objects.get(slug=slug), note=note)
        except Tree.DoesNotExist:
            raise CommandError(f"No such tree: {slug}") from None
        except publishing.NotPublishableError as exc:
            raise CommandError(wording.problem_list(exc.problems)) from None
        self.stdout.write(f"Published {edition}.")
