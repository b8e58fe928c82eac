"""Finding a message however it is told, on small trees made by hand."""

import pytest

from tests.trees import compiled, make_finding, make_message, make_question
from wizard.tree.search import LONGEST_QUERY, MessageIndex, normalise

FINDINGS = (
    make_finding("card"),
    make_finding("score"),
    make_finding("scam", safety=True),
)
MESSAGES = (
    make_message(
        "card-state", "银行卡状态异常，放款失败", finding="card", wordings=("我的卡被冻结用不了",)
    ),
    make_message("card-other", "放款失败，银行卡信息有误，请更换银行卡", finding="card"),
    make_message(
        "score-low",
        "综合评估未通过",
        finding="score",
        wordings=("系统说我评分不够", "application was refused after a check"),
    ),
    make_message("deposit", "请先缴纳保证金解冻账户", finding="scam"),
    make_message("wait", "系统升级中，请稍后再试"),
)


def make_index(*messages, slug="test"):
    return MessageIndex([make_searched(*messages, slug=slug)])


def make_searched(*messages, slug="test"):
    return compiled([make_question("asked")], FINDINGS, messages=messages, slug=slug)


INDEX = make_index(*MESSAGES)


def found(query, index=INDEX, **options):
    return [match.message.slug for match in index.search(query, **options)]


# What is compared


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        pytest.param("放款失败", "放款失败", id="nothing to do"),
        pytest.param("Ｃａｒｄ　ＣＬＡＳＳ", "card class", id="full width"),
        pytest.param("Card\tCLASS\n", "card class", id="case and blanks"),
        pytest.param("放款失败！【银行卡】，“异常”…", "放款失败银行卡异常", id="punctuation"),
        pytest.param("放款 失败", "放款失败", id="blank between characters"),
        pytest.param("放款失敗，銀行卡異常", "放款失败银行卡异常", id="traditional"),
        pytest.param("尾号1234", "尾号#", id="number"),
        pytest.param("尾号１２３４", "尾号#", id="full-width number"),
        pytest.param("尾号****1234", "尾号#", id="masked number"),
        pytest.param("尾号xxxx", "尾号", id="masked with x"),
        pytest.param("借款5,000.00元", "借款#元", id="amount"),
        pytest.param("2026-11-23失败", "#失败", id="date"),
        pytest.param("李某某 失败", "李失败", id="masked name"),
        pytest.param("张*，失败", "张失败", id="name with a star"),
        pytest.param("", "", id="nothing"),
        pytest.param("？！…", "", id="only signs"),
        pytest.param("a_b", "a b", id="underscore"),
    ],
)
def test_normalise(typed, compared):
    assert normalise(typed) == compared


@pytest.mark.parametrize("typed", ["放款失敗　ＣＡＲＤ 1234", "张*，尾号****１２", "a  b_c，#"])
def test_normalised_text_stays_as_it_is(typed):
    once = normalise(typed)

    assert normalise(once) == once


# What is found


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.slug)
def test_exact_text_is_found_first(message):
    assert found(message.text)[0] == message.slug


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.slug)
def test_exact_text_fits_better_than_a_part_of_it(message):
    whole, part = (INDEX.search(text)[0] for text in (message.text, message.text[:-3]))

    assert whole.score > part.score


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        pytest.param("銀行卡狀態異常，放款失敗", "card-state", id="traditional characters"),
        pytest.param("银行卡 状态 异常  放款 失败", "card-state", id="other blanks"),
        pytest.param("银行卡壮态异常，放款失败", "card-state", id="one wrong character"),
        pytest.param("银行卡状态异常放款失", "card-state", id="cut off"),
        pytest.param(
            "【支付宝】尊敬的用户：银行卡状态异常，放款失败，详情点击查看",
            "card-state",
            id="pasted with something around it",
        ),
        pytest.param("评分不够", "score-low", id="as others tell it"),
        pytest.param("我的卡好像被冻结了", "card-state", id="told freely"),
        pytest.param("APPLICATION refused after check", "score-low", id="English"),
        pytest.param("applicaton was refused after a chek", "score-low", id="English with slips"),
    ],
)
def test_message_is_found_however_it_is_told(query, slug):
    assert found(query)[0] == slug


def test_better_fit_stands_first():
    matches = INDEX.search("银行卡状态异常，放款失败，综合评估未通过")

    assert {match.message.slug for match in matches} == {"card-state", "score-low"}
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("query", "slug"),
    [("银行卡信息有误，请更换银行卡", "card-other"), ("银行卡状态异常", "card-state")],
)
def test_one_cause_is_found_once_by_its_best_message(query, slug):
    assert found(query) == [slug]


def test_messages_without_a_cause_are_found_each():
    index = make_index(make_message("one", "系统升级中"), make_message("two", "系统升级中请等待"))

    assert found("系统升级中", index) == ["one", "two"]


def test_scam_stands_before_what_fits_better():
    index = make_index(
        *MESSAGES, make_message("fee", "放款失败请联系客服缴纳保证金后重新放款", finding="scam")
    )

    best, second = index.search("银行卡信息有误，请更换，联系客服缴纳保证金")[:2]

    assert (best.message.slug, second.message.slug) == ("fee", "card-other")
    assert best.score < second.score


def test_scam_that_hardly_fits_is_not_put_first():
    # A few characters of a scam's text are no reason to frighten somebody.
    query = "银行卡状态异常，放款失败，账户"

    assert found(query)[0] == "card-state"


@pytest.mark.parametrize(
    "query",
    [
        "今天天气很好",
        "how do I cook rice",
        "xyzzy",
        "明天上午去银行办理退休金领取手续需要带哪些材料和照片",
        "",
        "   ",
        "？？？",
        "****",
        "😀",
        "\0",
        "的",
    ],
)
def test_what_fits_nothing_finds_nothing(query):
    assert found(query) == []


def test_index_without_a_message_finds_nothing():
    assert MessageIndex([]).search("放款失败") == []
    assert make_index().search("放款失败") == []


def test_message_of_signs_only_is_never_found():
    index = make_index(make_message("signs", "！！！"), *MESSAGES)

    assert "signs" not in found("！！！", index)
    assert found("综合评估未通过", index) == ["score-low"]


def test_at_most_so_many_are_found():
    index = make_index(*(make_message(f"m{n}", "系统升级中请等待") for n in range(8)))

    assert len(index.search("系统升级中请等待")) == 5
    assert len(index.search("系统升级中请等待", most=2)) == 2


def test_only_the_beginning_of_a_long_query_is_looked_at():
    noise = "天" * LONGEST_QUERY

    assert found(f"{noise}综合评估未通过") == []
    assert found(f"综合评估未通过{' ' * LONGEST_QUERY}{noise}") == ["score-low"]


def test_match_names_the_tree_of_its_message():
    index = MessageIndex(
        [
            make_searched(make_message("one", "综合评估未通过"), slug="first"),
            make_searched(make_message("two", "请先缴纳保证金"), slug="second"),
        ]
    )

    best = index.search("请先缴纳保证金")[0]

    assert (best.tree.slug, best.message.slug) == ("second", "two")


def test_order_of_the_messages_changes_no_result():
    queries = ["放款失败 银行卡", "保证金 账户", "评估 评分", "系统 升级"]

    backwards = make_index(*reversed(MESSAGES))

    assert [found(query, backwards) for query in queries] == [found(query) for query in queries]
    assert all(found(query) for query in queries)
