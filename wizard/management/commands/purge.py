"""Erase what shared links held when they are over."""

from typing import Any

from django.core.management.base import BaseCommand

from wizard import results


class Command(BaseCommand):
    help = "Erase the answers of expired links, and forget links that ended long ago. Run daily."

    def handle(self, *args: Any, **options: Any) -> None:
        erased, forgotten = results.purge()
        self.stdout.write(f"Erased {erased}, forgot {forgotten}.")
