"""Make a new installation usable, and leave an old one as it is."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from wizard import drafts, publishing, wording
from wizard.models import Tree, User


class Command(BaseCommand):
    help = (
        "Load the trees in fixtures/ that the database does not have, publish those without "
        "an edition, and create a staff user if there is none. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for path in sorted(settings.FIXTURE_DIRS[0].glob("*.yaml")):
            self._load(path)
        for tree in Tree.objects.filter(editions=None):
            self._publish(tree)
        if not User.objects.filter(is_staff=True).exists():
            self._create_staff()

    @transaction.atomic
    def _load(self, path: Path) -> None:
        if Tree.objects.filter(slug=path.stem).exists():
            return
        drafts.load_fixture(path.read_text(encoding="utf-8"))
        self.stdout.write(f"Loaded {path.name}.")

    def _publish(self, tree: Tree) -> None:
        try:
            edition = publishing.publish(tree)
        except publishing.NotPublishableError as exc:
            # Somebody may be at work on it: that must not keep the site from starting.
            self.stderr.write(f"Not published, it has errors: {tree.slug}")
            self.stderr.write(wording.problem_list(exc.problems))
        else:
            self.stdout.write(f"Published {edition}.")

    def _create_staff(self) -> None:
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser("staff", password=password)
        self.stdout.write("Staff user for /admin/, shown this once:")
        self.stdout.write(f"  user      staff\n  password  {password}")
