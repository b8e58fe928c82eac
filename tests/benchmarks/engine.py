"""Measure the engine on the real trees: compiling, checking, walking, advising."""

import io
import os
import tempfile
import time
from collections.abc import Callable
from statistics import median

# A database of its own, so that nothing needs to be set up first.
os.environ["DJANGO_SETTINGS_MODULE"] = "wizard.settings"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="bench-")

import django

django.setup()

from django.core.management import call_command

from wizard.models import Edition
from wizard.tree import content, engine
from wizard.tree.compiled import compile_tree
from wizard.tree.paths import Paths
from wizard.tree.problems import find_problems
from wizard.tree.strategy import advise

ROUNDS = 15


def milliseconds(job: Callable[[], object]) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return median(taken) * 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("bootstrap", stdout=io.StringIO())
    for edition in Edition.objects.newest().select_related("tree"):
        declared = content.decode(edition.document)
        tree = compile_tree(declared, "zh-hans")
        walks = list(Paths(tree).sample(500))
        longest = max(walks, key=lambda walk: len(walk.trail))
        answers = {a.question.slug: a.values for a in longest.trail}
        print(f"{edition}: {len(tree.questions)} questions, {len(tree.findings)} findings")
        figures = {
            "compile, one language": lambda d=declared: compile_tree(d, "zh-hans"),
            "all checks": lambda d=declared: find_problems(d),
            f"walk of {len(longest.trail)} answers": lambda t=tree, a=answers: engine.walk(t, a),
            "advice": lambda w=longest: advise(w).sources,
        }
        for name, job in figures.items():
            print(f"  {name:<24} {milliseconds(job):8.3f} ms")


if __name__ == "__main__":
    main()
