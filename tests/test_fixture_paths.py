"""Every way through the real trees, and every text in them."""

import re
from dataclasses import dataclass, field
from itertools import chain, combinations

import pytest

from wizard import content, drafts
from wizard.compiled import compile_tree
from wizard.content import PERMANENT_THEMES, Horizon, Text, Theme
from wizard.engine import paths, walk
from wizard.models import Tree
from wizard.strategy import advise

# The paths of a tree are walked once: keep them in one process.
pytestmark = pytest.mark.xdist_group("fixture-paths")

SLUGS = ("jiebei", "loan-offer")
ISSUE_2 = {
    "payout-pending",
    "payout-failed-generic",
    "paid-not-credited",
    "card-abnormal",
    "card-info-mismatch",
    "card-limit-class2",
    "id-expired",
    "face-fail",
    "sms-phone-changed",
    "device-env-risk",
    "account-risk-hold",
    "credit-review-fail",
    "current-overdue",
    "quota-frozen-or-zero",
    "lender-reject",
    "purpose-violation",
    "policy-tightening",
    "sys-busy",
    "switched-to-wsd",
    "biz-volatility",
    "scam-prepay",
    "scam-fake-cs",
}
CLASS_TWO = {
    "asked-for": ["none"],
    "product": ["jiebei"],
    "stopped": ["failed"],
    "card-signs": ["none"],
    "card-class": ["class2"],
    "identity": ["valid"],
}
BUSINESS = {
    "asked-for": ["none"],
    "product": ["jiebei"],
    "stopped": ["refused"],
    "credit-signs": ["none"],
    "purpose": ["business"],
    "biz-signs": ["surge"],
}


@dataclass
class Survey:
    """What all paths of one tree have in common, and those that differ."""

    longest: int = 0
    findings: set[str] = field(default_factory=set)
    too_long: list[str] = field(default_factory=list)
    without_finding: list[str] = field(default_factory=list)
    without_theme: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path):
        strategy = advise(path)
        self.longest = max(self.longest, len(path.trail))
        self.findings.update(diagnosed(strategy))
        if len(path.trail) > 8:
            self.too_long.append(address(path))
        if not strategy.diagnoses:
            self.without_finding.append(address(path))
        for theme in PERMANENT_THEMES:
            if not strategy.permanent[theme]:
                self.without_theme.append((address(path), str(theme)))


def address(path):
    return "&".join(f"{question}={value}" for question, value in path.parameters)


@pytest.fixture(scope="module")
def documents(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return {tree.slug: drafts.snapshot(tree) for tree in Tree.objects.all()}


@pytest.fixture(scope="module", params=SLUGS)
def document(documents, request):
    return documents[request.param]


@pytest.fixture(scope="module")
def tree(document):
    return compile_tree(document, "en")


@pytest.fixture(scope="module")
def survey(tree):
    found = Survey()
    for path in paths(tree):
        found.add(path)
    return found


@pytest.fixture(scope="module")
def jiebei(documents):
    return compile_tree(documents["jiebei"], "en")


def slugs(parts):
    return [part.slug for part in parts]


def diagnosed(strategy):
    return slugs(diagnosis.finding for diagnosis in strategy.diagnoses)


def test_there_are_two_trees(documents):
    assert sorted(documents) == sorted(SLUGS)


# Paths


def test_every_path_has_a_finding(survey):
    assert survey.without_finding == []


def test_every_path_has_all_permanent_themes(survey):
    assert survey.without_theme == []


def test_no_path_has_more_than_eight_questions(survey):
    assert survey.too_long == []


def test_longest_path_is_as_long_as_the_first_page_says(survey, tree):
    assert survey.longest == walk(tree, {}).questions_left


def test_every_finding_but_the_fallback_is_reached(survey, tree):
    assert {f.slug for f in tree.findings if not f.fallback} - survey.findings == set()


@pytest.mark.parametrize("document", ["jiebei"], indirect=True)
def test_findings_of_issue_2_are_reached(survey):
    assert ISSUE_2 - survey.findings == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_signs_of_a_scam_end_the_walk_at_once(documents, slug):
    tree = compile_tree(documents[slug], "en")
    signs = slugs(choice for choice in tree.start.choices if not choice.exclusive)
    ticked = chain.from_iterable(combinations(signs, size) for size in range(1, len(signs) + 1))

    walks = [walk(tree, {tree.start.slug: ticks}) for ticks in ticked]

    strategies = [advise(walked) for walked in walks]
    assert [w.parameters for w in walks if not w.finished] == []
    assert [s.walk.parameters for s in strategies if not s.diagnoses[0].finding.safety] == []
    assert [s.walk.parameters for s in strategies if not s.safety_contacts] == []


@pytest.mark.parametrize("amount", ["50000", "50,000", "5万", "５００００元"])
def test_class_two_card_with_50_000_yuan(jiebei, amount):
    walked = walk(jiebei, {**CLASS_TWO, "amount": [amount]})

    assert (walked.finished, walked.dropped) == (True, ())
    assert len(walked.trail) <= 8
    assert diagnosed(advise(walked))[0] == "card-limit-class2"


def test_unfreezing_fee_is_a_scam_after_one_question(jiebei):
    strategy = advise(walk(jiebei, {"asked-for": ["pay-first"]}))

    assert diagnosed(strategy) == ["scam-prepay"]
    assert {contact.value for contact in strategy.safety_contacts} == {"96110", "110"}


def test_article_case_of_a_business(jiebei):
    strategy = advise(walk(jiebei, BUSINESS))

    assert (strategy.walk.finished, strategy.walk.dropped) == (True, ())
    assert diagnosed(strategy)[0] == "biz-volatility"


def test_business_gets_business_alternatives_that_others_do_not(jiebei):
    business = advise(walk(jiebei, BUSINESS)).permanent[Theme.ALTERNATIVE_FINANCING]
    daily = {k: v for k, v in BUSINESS.items() if k != "biz-signs"} | {"purpose": ["daily"]}

    others = advise(walk(jiebei, daily)).permanent[Theme.ALTERNATIVE_FINANCING]

    for_business = [
        action.slug
        for action in jiebei.general_actions
        if action.theme is Theme.ALTERNATIVE_FINANCING
        and ("purpose", "business") in action.when.facts
    ]
    assert sorted(set(slugs(business)) - set(slugs(others))) == sorted(for_business)
    assert len(for_business) >= 5


def test_business_themed_actions_are_only_for_a_business(jiebei):
    business = advise(walk(jiebei, BUSINESS))
    card = advise(walk(jiebei, {**CLASS_TWO, "amount": ["50000"]}))

    assert [a.slug for a in card.actions if a.theme is Theme.BUSINESS] == []
    assert "surge-memo" in slugs(business.plan[Horizon.WEEK])


# Texts

NEVER_EMPTY = {
    "because",
    "body",
    "explanation",
    "label",
    "meaning",
    "name",
    "publisher",
    "purpose",
    "remedy_time",
    "short",
    "summary",
    "title",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = {"publisher"}
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]")
MARKUP = re.compile(r"<[^>]*>")
QUOTED = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》|\([^)]*\)|\"[^\"]*\"|'[^']*'")


def text_names(part):
    """Names of the fields that hold translated text."""
    return [name for name in part.__struct_fields__ if isinstance(getattr(part, name), Text)]


def pairs_of_parts(document, tree):
    """Every part as it was written, with its compiled form."""
    yield document, tree
    for question in document.questions:
        compiled_question = tree.questions[question.slug]
        yield question, compiled_question
        yield from zip(question.choices, compiled_question.choices, strict=True)
    for finding, compiled_finding in zip(document.findings, tree.findings, strict=True):
        yield finding, compiled_finding
        yield from zip(finding.evidence, compiled_finding.evidence, strict=True)
    shown = {action.slug: action for action in tree.general_actions}
    shown |= {action.slug: action for finding in tree.findings for action in finding.actions}
    yield from ((action, shown[action.slug]) for action in document.actions)
    holders = (*tree.findings, *shown.values())
    contacts = {c.slug: c for action in shown.values() for c in action.contacts}
    sources = {s.slug: s for holder in (*holders, *contacts.values()) for s in holder.sources}
    yield from ((part, contacts[part.slug]) for part in document.contacts if part.slug in contacts)
    yield from ((part, sources[part.slug]) for part in document.sources if part.slug in sources)
    yield from zip(document.messages, tree.messages, strict=True)


def translated(document, language):
    """The texts that are words and not the name of a publisher."""
    return [
        found
        for found in texts(document, language)
        if found[1] not in SAME_IN_BOTH and LETTERS.search(found[2])
    ]


def texts(document, language):
    """(place, field, words) of every text that a reader can see, as compiled."""
    for number, (part, shown) in enumerate(
        pairs_of_parts(document, compile_tree(document, language))
    ):
        place = f"{number} {type(part).__name__} {getattr(part, 'slug', '')}"
        for name in text_names(part):
            yield place, name, MARKUP.sub("", getattr(shown, name)).strip()


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_no_text_is_empty(document, language):
    empty = [(place, name) for place, name, words in texts(document, language) if not words]

    assert [(place, name) for place, name in empty if name in NEVER_EMPTY] == []


def test_text_is_there_in_both_languages_or_in_none(document):
    chinese, english = texts(document, "zh-hans"), texts(document, "en")

    both = zip(chinese, english, strict=True)
    assert [zh[:2] for zh, en in both if bool(zh[2]) is not bool(en[2])] == []


def test_no_text_is_the_same_in_both_languages(document):
    english = {found[:2]: found for found in translated(document, "en")}

    assert [
        found for found in translated(document, "zh-hans") if english.get(found[:2]) == found
    ] == []


def test_chinese_texts_are_chinese(document):
    written = translated(document, "zh-hans")

    assert [found for found in written if not CHINESE.search(found[2])] == []


def test_english_texts_are_english(document):
    written = translated(document, "en")

    assert [found for found in written if mostly_chinese(found[2])] == []


def mostly_chinese(words):
    """Chinese stands in English texts only as a quotation or a name."""
    own = QUOTED.sub("", words)
    return len(CHINESE.findall(own)) * 4 > len(own)


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_every_placeholder_is_filled(document, language):
    assert [found for found in texts(document, language) if "{" in found[2]] == []
