"""Nothing on a Chinese page is left in English."""

import gettext

import pytest
from django.test import Client
from django.utils.translation import override, trans_real

from tests.trees import make_question
from wizard import labels, wording
from wizard.models import Edition
from wizard.tree import content
from wizard.tree.answers import Fault
from wizard.tree.compiled import compile_tree
from wizard.tree.content import Kind
from wizard.tree.problems import Code

pytestmark = pytest.mark.django_db

TREES = ("jiebei", "loan-offer")


class Recorder(gettext.NullTranslations):
    """Asked by the catalogue for what it does not have."""

    def __init__(self):
        super().__init__()
        self.asked = set()

    def gettext(self, message):
        self.asked.add(message.replace("\x04", ": "))
        return message

    def ngettext(self, msgid1, msgid2, n):
        self.asked.add(msgid1.replace("\x04", ": "))
        return msgid1 if n == 1 else msgid2


@pytest.fixture
def untranslated(monkeypatch):
    """The texts that were looked up in Chinese and not found."""
    recorder = Recorder()
    monkeypatch.setattr(trans_real.translation("zh-hans"), "_fallback", recorder)
    return recorder.asked


def test_recorder_notices_what_has_no_translation(untranslated):
    with override("zh-hans"):
        trans_real.gettext("nobody will ever translate this")
        trans_real.ngettext("this neither", "these neither", 2)
        trans_real.pgettext("context", "nor this")

    assert untranslated == {"nobody will ever translate this", "this neither", "context: nor this"}


@pytest.mark.parametrize(
    "address",
    [
        "/zh-hans/",
        "/zh-hans/no-such-tree/",
        "/zh-hans/jiebei/999/",
        "/zh-hans/jiebei/1/?" + "&".join(f"a{number}=1" for number in range(2000)),
        "/zh-hans/jiebei/1/",
        "/zh-hans/jiebei/1/?_asked=asked-for",
        "/zh-hans/jiebei/1/?asked-for=none&product=jiebei&_asked=stopped",
        "/zh-hans/jiebei/1/?asked-for=none&product=jiebei&stopped=failed&retried=days",
    ],
)
def test_page_is_translated(untranslated, address):
    Client(raise_request_exception=False).get(address)

    assert untranslated == set()


def test_page_of_an_older_edition_is_translated(client, untranslated):
    jiebei = Edition.objects.get(tree__slug="jiebei", number=1)
    Edition.objects.create(
        tree=jiebei.tree, number=2, document=jiebei.document, digest=jiebei.digest
    )

    client.get("/zh-hans/jiebei/1/")

    assert untranslated == set()


def test_page_of_our_failure_is_translated(untranslated):
    jiebei = Edition.objects.get(tree__slug="jiebei", number=1)
    Edition.objects.create(tree=jiebei.tree, number=2, document="{}", digest="0" * 64)

    response = Client(raise_request_exception=False).get("/zh-hans/jiebei/2/")

    assert response.status_code == 500
    assert untranslated == set()


@pytest.mark.parametrize("slug", TREES)
def test_every_step_and_strategy_of_the_scenarios_is_translated(client, untranslated, slug):
    tree = content.decode(Edition.objects.get(tree__slug=slug, number=1).document)

    # Many scenarios begin alike.
    ways = {
        tuple(scenario.answers.items())[:count]
        for scenario in tree.scenarios
        for count in range(len(scenario.answers) + 1)
    }
    for answers in ways:
        client.get(f"/zh-hans/{slug}/1/", dict(answers))

    assert untranslated == set()


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("limits", [(1, 5), (1, None), (None, 5)])
def test_error_texts_are_translated(untranslated, fault, kind, limits):
    tree = content.Tree(
        slug="t",
        title=content.EMPTY,
        summary=content.EMPTY,
        questions=(make_question("q", kind=kind, minimum=limits[0], maximum=limits[1]),),
        findings=(),
        actions=(),
        contacts=(),
        sources=(),
    )

    with override("zh-hans"):
        wording.fault(compile_tree(tree, "zh-hans").start, fault)

    assert untranslated == set()


@pytest.mark.parametrize(
    "words",
    [wording.CERTAINTIES, labels.HORIZONS, labels.THEMES, labels.GRADES, wording.PROBLEMS],
    ids=["certainties", "horizons", "themes", "grades", "problems"],
)
def test_names_are_translated(untranslated, words):
    with override("zh-hans"):
        for name in words.values():
            str(name)

    assert untranslated == set()


def test_each_problem_has_a_sentence():
    assert set(wording.PROBLEMS) == set(Code)


@pytest.mark.parametrize("number", [1, 2, 8])
def test_number_of_questions_left_is_translated(untranslated, number):
    with override("zh-hans"):
        wording.questions_left(number)

    assert untranslated == set()
