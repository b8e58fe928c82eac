"""Print the JSON Schema of an edition."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from wizard.tree import content


class Command(BaseCommand):
    help = "Print the JSON Schema of an edition."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(content.schema(), ensure_ascii=False, indent=2))
