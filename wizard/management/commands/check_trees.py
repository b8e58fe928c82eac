"""Say what is wrong with the drafts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import publishing, wording
from wizard.models import Tree
from wizard.problems import Level


class Command(BaseCommand):
    help = "List every problem of the drafts. Fails if one of them is an error."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="the trees to check (default: all)")

    def handle(self, *args: Any, slug: list[str], **options: Any) -> None:
        trees = Tree.objects.filter(slug__in=slug) if slug else Tree.objects.all()
        if missing := set(slug) - {tree.slug for tree in trees}:
            raise CommandError(f"No such tree: {', '.join(sorted(missing))}")
        failed = False
        for tree in trees:
            problems = publishing.draft_problems(tree)
            failed |= any(problem.level is Level.ERROR for problem in problems)
            self.stdout.write(f"{tree.slug}: {len(problems)} problems")
            if problems:
                self.stdout.write(wording.problem_list(problems))
        if failed:
            raise CommandError("There are errors.")
