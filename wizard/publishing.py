"""Making editions out of drafts, and drafts out of editions."""

from collections.abc import Sequence

from django.db import transaction

from wizard import content, drafts
from wizard.models import Edition, Tree, User
from wizard.problems import Level, Problem, find_problems


class NotPublishableError(Exception):
    """A draft with errors. `problems` holds all that was found, warnings included."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def draft_problems(tree: Tree) -> list[Problem]:
    """Everything that is wrong with the draft of `tree`, errors first."""
    return find_problems(drafts.snapshot(tree))


@transaction.atomic
def publish(tree: Tree, *, by: User | None = None, note: str = "") -> Edition:
    """Freeze the draft as the next edition. Earlier editions never change.

    Raises NotPublishableError if the draft has an error. Warnings do not stop it.
    """
    # Two who publish at once take their turns, so that numbers stay in order.
    tree.lock()
    snapshot = drafts.snapshot(tree)
    problems = find_problems(snapshot)
    if any(problem.level is Level.ERROR for problem in problems):
        raise NotPublishableError(problems)
    document = content.encode(snapshot)
    newest = tree.edition
    return tree.editions.create(
        number=newest.number + 1 if newest else 1,
        document=document,
        digest=content.digest(document),
        note=note,
        published_by=by,
    )


def restore(edition: Edition) -> Tree:
    """Make the draft what `edition` says. The edition itself stays as it is."""
    return drafts.restore(content.decode(edition.document))
