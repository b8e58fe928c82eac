"""Measure what the page "What changes" costs for the real trees: a small edit, and a large one."""

import io
import os
import tempfile
import time

# A database of its own, so that nothing needs to be set up first.
os.environ["DJANGO_SETTINGS_MODULE"] = "wizard.settings"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="bench-")

import django

django.setup()

import msgspec
from django.core.management import call_command

from wizard.models import Edition
from wizard.tree import content
from wizard.tree.compiled import compile_tree
from wizard.tree.difference import differences
from wizard.tree.effects import effects


def without_evidence(tree: content.Tree, finding: int) -> content.Tree:
    findings = list(tree.findings)
    findings[finding] = msgspec.structs.replace(findings[finding], evidence=())
    return msgspec.structs.replace(tree, findings=tuple(findings))


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("bootstrap", stdout=io.StringIO())
    for edition in Edition.objects.newest().select_related("tree"):
        old = content.decode(edition.document)
        edits = {
            "one finding loses its evidence": without_evidence(old, 1),
            "all findings in another order": msgspec.structs.replace(
                old, findings=old.findings[::-1]
            ),
        }
        print(edition)
        before = compile_tree(old, "zh-hans")
        for name, new in edits.items():
            after = compile_tree(new, "zh-hans")
            start = time.perf_counter()
            count = len(differences(old, new))
            read = time.perf_counter()
            found = effects(before, after).forth
            end = time.perf_counter()
            print(
                f"  {name}: {count} differences in {(read - start) * 1000:.1f} ms; "
                f"{found.compared} of {found.met} of {found.paths} ways in {end - read:.2f} s"
            )


if __name__ == "__main__":
    main()
