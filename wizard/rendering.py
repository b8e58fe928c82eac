"""Every question page of a draft, rendered as visitors would get it.

The other checks look at what editors wrote. This one looks at the page that comes of it.
"""

from collections.abc import Iterator

import msgspec
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import override

from wizard.forms import StepForm
from wizard.tree import content
from wizard.tree.answers import kind_of
from wizard.tree.compiled import Question, Tree, compile_tree
from wizard.tree.engine import Walk
from wizard.tree.languages import LANGUAGES
from wizard.tree.parts import Place
from wizard.tree.problems import Code, Problem


def find_broken_pages(tree: content.Tree) -> Iterator[Problem]:
    """The questions of a draft without plain mistakes whose page fails or lacks an answer."""
    # All else would only take time to compile.
    questions = msgspec.structs.replace(
        tree, findings=(), actions=(), alternatives=(), messages=(), scenarios=()
    )
    for language in LANGUAGES:
        compiled = compile_tree(questions, language)
        with override(language):
            for question in compiled.questions.values():
                if error := _error(compiled, question):
                    details = {"language": language, "error": error}
                    yield Problem(Code.PAGE_BROKEN, Place("question", question.slug), details)


def _error(tree: Tree, question: Question) -> str:
    """What is wrong with the page of a question; "" if nothing is."""
    walk = Walk(tree, (), question)
    context = {"walk": walk, "form": StepForm(walk, question, (), ""), "questions_left": 1}
    try:
        page = render_to_string("wizard/_step.html", context)
    except Exception as exc:  # noqa: BLE001 - whatever it is, visitors would meet it
        return f"{type(exc).__name__}: {exc}"
    absent = [words for words in _expected(question) if words not in page]
    return " ".join(absent)


def _expected(question: Question) -> Iterator[str]:
    """What has to stand in the page, as HTML."""
    yield f">{escape(question.title)}<"
    for choice in question.choices:
        if choice.unsure or not kind_of(question).is_number:
            yield f">{escape(choice.label)}<"
            yield f'value="{choice.slug}"'
