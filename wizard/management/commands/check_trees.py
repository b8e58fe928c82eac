"""Say what is wrong with the drafts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import drafts, wording
from wizard.models import Tree
from wizard.tree.problems import Level, Problem


class Command(BaseCommand):
    help = "List every problem of the drafts. Fails if one of them is an error."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="the trees to check (default: all)")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, slug: list[str], **options: Any) -> None:
        trees = Tree.objects.filter(slug__in=slug) if slug else Tree.objects.all()
        if missing := set(slug) - {tree.slug for tree in trees}:
            raise CommandError(f"No such tree: {', '.join(sorted(missing))}")
        found = {tree.slug: drafts.frozen_draft(tree).problems() for tree in trees}
        if options["format"] == "json":
            told = {name: [_told(problem) for problem in found[name]] for name in found}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self._list(found)
        if any(p.level is Level.ERROR for problems in found.values() for p in problems):
            raise CommandError("There are errors.")

    def _list(self, found: Mapping[str, Sequence[Problem]]) -> None:
        for name, problems in found.items():
            self.stdout.write(f"{name}: {len(problems)} problems")
            if problems:
                self.stdout.write(wording.problem_list(problems))


def _told(problem: Problem) -> dict[str, str]:
    place = problem.place
    return {
        "level": problem.level,
        "code": problem.code,
        "kind": place.kind,
        "slug": place.slug,
        "spot": place.spot,
        "text": wording.problem(problem),
    }
