"""Publish a draft from the command line."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from wizard import publishing, wording
from wizard.models import Tree


class Command(BaseCommand):
    help = "Publish the draft of a tree as its next edition."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--note", default="", help="what is new in this edition")
        parser.add_argument(
            "--at",
            type=dt.datetime.fromisoformat,
            help="when visitors shall see it, e.g. 2026-12-01T08:00 (time of Shanghai)",
        )

    def handle(
        self, *args: Any, slug: str, note: str, at: dt.datetime | None, **options: Any
    ) -> None:
        if at is not None and timezone.is_naive(at):
            at = timezone.make_aware(at)
        try:
            edition = publishing.publish(Tree.objects.get(slug=slug), note=note, visible_from=at)
        except Tree.DoesNotExist:
            raise CommandError(f"No such tree: {slug}") from None
        except publishing.NotPublishableError as exc:
            raise CommandError(wording.problem_list(exc.problems)) from None
        except publishing.RefusedError as exc:
            raise CommandError(str(exc)) from None
        if at is None:
            self.stdout.write(f"Published {edition}.")
        else:
            self.stdout.write(f"Scheduled {edition} for {publishing.local(edition.visible_from)}.")
