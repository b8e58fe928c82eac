"""Take a document into a draft."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import importing, wording
from wizard.tree import documents
from wizard.tree.difference import differences


class Command(BaseCommand):
    help = (
        "Show what a document, JSON or YAML, would change in the draft of its tree, and what "
        "would be wrong with it then. With --yes the draft is replaced, or the tree made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="“-” for standard input")
        parser.add_argument("--yes", action="store_true", help="replace the draft")

    def handle(self, *args: Any, file: str, yes: bool, **options: Any) -> None:
        try:
            found = importing.plan(documents.read(_content(file)))
        except OSError as exc:
            raise CommandError(f"{file} cannot be read: {exc.strerror}") from None
        except documents.UnreadableDocumentError as exc:
            raise CommandError(wording.flaw_list(exc.faults)) from None
        if found.refusals:
            raise CommandError(wording.problem_list(found.refusals))
        self._show(found)
        if not found.changes:
            self.stdout.write(f"{found.tree.slug}: nothing to import.")
        elif yes:
            importing.carry_out(found.tree, seen=found.seen)
            self.stdout.write(f"{found.tree.slug}: imported into the draft.")
        else:
            raise CommandError("Nothing was changed. Say --yes to import this.")

    def _show(self, found: importing.Import) -> None:
        for place in found.kept:
            self.stdout.write(f"stays as it is: {wording.part(place)}")
        for one in differences(found.before, found.tree):
            where = ", ".join(filter(None, (wording.part(one.place), one.field, one.language)))
            self.stdout.write(f"{one.what}: {where}")
        if found.problems:
            self.stdout.write(wording.problem_list(found.problems))


def _content(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
