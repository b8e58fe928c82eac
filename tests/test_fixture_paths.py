"""Every way through the real trees, and every text in them."""

import re
from dataclasses import dataclass, field
from itertools import chain, combinations

import pytest

from wizard import drafts
from wizard.models import Tree
from wizard.tree.compiled import compile_tree
from wizard.tree.content import PERMANENT_THEMES, Audience, Horizon, Text, Theme
from wizard.tree.coverage import cover
from wizard.tree.engine import walk
from wizard.tree.languages import LANGUAGES
from wizard.tree.paths import Paths
from wizard.tree.strategy import advise, alternatives

MOST_WALKED = 4_000
"""So many paths are walked; of larger trees a sample."""

# The paths of a tree are walked once: keep them in one process.
pytestmark = pytest.mark.xdist_group("fixture-paths")

SLUGS = ("jiebei", "loan-offer")
CAUSES = {
    "scam-money-moved",
    "scam-prepay",
    "scam-fake-app",
    "scam-fake-cs",
    "scam-investment",
    "scam-card-lending",
    "scam-ab-loan",
    "scam-debt-packaging",
    "scam-paid-repair",
    "scam-suspected-victim",
    "payout-pending",
    "paid-not-credited",
    "card-abnormal",
    "account-frozen-legal",
    "card-info-mismatch",
    "card-limit-class2",
    "card-unsupported",
    "bank-maintenance",
    "card-bind-fail",
    "alipay-receive-restricted",
    "daily-limit",
    "payout-failed-generic",
    "result-timeout",
    "daily-queue-full",
    "sys-busy",
    "phone-confirm-missed",
    "user-cancel-timeout",
    "review-pending",
    "quota-insufficient",
    "single-tx-limit",
    "loan-count-limit",
    "agreement-unchecked",
    "credit-auth-missing",
    "duplicate-account",
    "wrong-product",
    "id-expired",
    "realname-incomplete",
    "id-entry-locked",
    "face-fail",
    "sms-phone-changed",
    "code-loop",
    "device-env-risk",
    "account-risk-hold",
    "current-overdue",
    "past-delinquency",
    "multi-lender-high-debt",
    "zhima-low",
    "credit-review-fail",
    "quota-frozen-or-zero",
    "lender-reject",
    "lender-fund-quota",
    "region-limit",
    "student-occupation",
    "age-limit",
    "purpose-violation",
    "cash-out-violation",
    "policy-tightening",
    "switched-to-wsd",
    "biz-volatility",
}
CLASS_TWO = {
    "asked-for": ["none"],
    "product": ["jiebei"],
    "stopped": ["failed"],
    "fail-text": ["bare"],
    "card-signs": ["none"],
    "card-class": ["class2"],
}
BUSINESS = {
    "asked-for": ["none"],
    "product": ["jiebei"],
    "stopped": ["refused"],
    "refusal-text": ["assessment"],
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
def surveys():
    """What was found out already: tests of the trees take turns."""
    return {}


@pytest.fixture
def survey(tree, surveys):
    if tree.slug not in surveys:
        found = surveys[tree.slug] = Survey()
        paths = Paths(tree)
        few = paths.count() <= MOST_WALKED
        for path in paths.all() if few else paths.sample(MOST_WALKED):
            found.add(path)
    return surveys[tree.slug]


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


def test_first_page_says_how_many_questions_at_most(survey, tree):
    assert survey.longest <= walk(tree, {}).questions_left <= 8


def test_every_finding_is_reached(document):
    assert cover(document).unreached == ()


@pytest.mark.parametrize("document", ["jiebei"], indirect=True)
def test_all_known_causes_are_there(document):
    assert {finding.slug for finding in document.findings} >= CAUSES


def test_every_cause_has_a_message_and_a_case_of_its_own(documents):
    causes = cover(documents["jiebei"]).causes

    assert [cause.slug for cause in causes if not (cause.messages and cause.scenarios)] == []


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
    assert diagnosed(strategy)[:2] == ["purpose-violation", "biz-volatility"]


def test_business_is_offered_other_ways_to_get_money_than_a_person(jiebei):
    persons = alternatives(jiebei, Audience.PERSON)
    businesses = alternatives(jiebei, Audience.BUSINESS)

    assert "tax-loan" in slugs(businesses)
    assert "tax-loan" not in slugs(persons)
    assert min(len(persons), len(businesses)) >= 10


@pytest.mark.parametrize("audience", Audience)
def test_some_way_needs_no_new_debt(jiebei, audience):
    assert [a.slug for a in alternatives(jiebei, audience) if not a.borrowing] != []


def test_business_themed_actions_are_only_for_a_business(jiebei):
    business = advise(walk(jiebei, BUSINESS))
    card = advise(walk(jiebei, {**CLASS_TWO, "amount": ["50000"]}))

    assert [a.slug for a in card.actions if a.theme is Theme.BUSINESS] == []
    assert "biz-surge-memo-template" in slugs(business.plan[Horizon.WEEK])


# Texts

NEVER_EMPTY = {
    "because",
    "body",
    "cost",
    "explanation",
    "how",
    "label",
    "meaning",
    "name",
    "papers",
    "publisher",
    "purpose",
    "remedy_time",
    "risks",
    "short",
    "size",
    "summary",
    "time",
    "title",
    "who",
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
    yield from zip(document.alternatives, tree.alternatives, strict=True)
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


@pytest.mark.parametrize("language", LANGUAGES)
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_filled(document, language):
    assert [found for found in texts(document, language) if "{" in found[2]] == []
