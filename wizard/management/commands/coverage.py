"""Print what the trees cover."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import drafts, wording
from wizard.models import Source, Tree
from wizard.tree import content
from wizard.tree.coverage import Coverage, cover
from wizard.tree.parts import Place
from wizard.tree.problems import Code, Problem, find_unwalkable
from wizard.tree.states import TooComplexError


class Command(BaseCommand):
    help = (
        "List for each cause its paths, messages and scenarios; then what lacks a source. "
        "Fails if a draft cannot be walked, after the others."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="the trees to look at (default: all)")

    def handle(self, *args: Any, slug: list[str], **options: Any) -> None:
        trees = Tree.objects.filter(slug__in=slug) if slug else Tree.objects.all()
        if missing := set(slug) - {tree.slug for tree in trees}:
            raise CommandError(f"No such tree: {', '.join(sorted(missing))}")
        snapshots = {tree.slug: drafts.snapshot(tree) for tree in Tree.objects.all()}
        left_out = [tree.slug for tree in trees if not self._cover(snapshots[tree.slug])]
        named = {source.slug for snapshot in snapshots.values() for source in snapshot.sources}
        self._list("sources not used", sorted(set(_slugs()) - named))
        if left_out:
            raise CommandError(f"Not covered: {', '.join(left_out)}")

    def _cover(self, tree: content.Tree) -> bool:
        """Print what a tree covers, or why that cannot be said. The others are not to suffer."""
        found = find_unwalkable(tree)
        try:
            if not found:
                self._print(cover(tree))
        except TooComplexError:
            found = [Problem(Code.TOO_COMPLEX, Place("tree", tree.slug))]
        if found:
            self.stdout.write(f"{tree.slug}: cannot be covered")
            self.stdout.write(f"{wording.problem_list(found)}\n")
        return not found

    def _print(self, found: Coverage) -> None:
        self.stdout.write(
            f"{found.slug}: {found.paths:,} paths (ticks singly and in pairs), "
            f"at most {found.longest} questions"
        )
        row = "{:<28}{:>12}{:>10}{:>10}{:>10}{:>9}".format
        heads = ("cause", "paths", "messages", "wordings", "scenarios", "actions")
        self.stdout.write(row(*heads))
        for cause in found.causes:
            figures = (cause.messages, cause.wordings, cause.scenarios, cause.actions)
            self.stdout.write(row(cause.slug, f"{cause.paths:,}", *figures))
        self._list("causes that no path reaches", found.unreached)
        self._list("actions without source", found.actions_without_source)
        self._list("messages without cause", found.messages_without_cause)
        self.stdout.write("")

    def _list(self, what: str, slugs: Any) -> None:
        self.stdout.write(f"{what}: {', '.join(slugs) or 'none'}")


def _slugs() -> list[str]:
    return list(Source.objects.values_list("slug", flat=True))
