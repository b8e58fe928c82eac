"""A figure that only users, blogs or hearsay give never stands without its mark.

The table lists such figures of the research behind the trees: how each is
written in both languages, and the words that make it that claim (24% is the
lawful cap in one sentence and a guess about a platform in the next). The
editors' own check in `wizard.claims` goes by the sources of a part; this one
goes by the figure, whatever stands behind the part that repeats it.
"""

import dataclasses
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import pytest

from tests.trees import (
    compiled,
    make_alternative,
    make_choice,
    make_evidence,
    make_figure,
    make_finding,
    make_message,
    make_question,
)
from wizard import drafts
from wizard.models import Tree
from wizard.tree.compiled import (
    Choice,
    Message,
    Question,
    Source,
    compile_tree,
)
from wizard.tree.compiled import (
    Tree as CompiledTree,
)
from wizard.tree.content import Grade, Text
from wizard.tree.languages import LANGUAGES
from wizard.tree.prose import Html

# The compiled trees are read once: keep the tests in one process.
pytestmark = pytest.mark.xdist_group("fixture-paths")

# How figures are written

NUMERALS = {
    "1": "一|one",
    "2": "二|两|two",
    "3": "三|three",
    "4": "四|four",
    "5": "五|five",
    "6": "六|six",
    "7": "七|seven",
    "8": "八|eight",
    "9": "九|nine",
    "10": "十|ten",
}
TO = r"\s*(?:[-–—~～]|到|至|或|to|or)\s*"


class Written(NamedTuple):
    """The same figure as a pattern for each language."""

    chinese: str
    english: str


def number(digits):
    """`digits`, or the number as a word, and nothing longer that holds it."""
    words = f"|{NUMERALS[digits]}" if digits in NUMERALS else ""
    return rf"(?<![\d.,a-z])(?:{re.escape(digits)}{words})(?!\d|[.,]\d)"


def unit(chinese, english, between=r"[\s-]*"):
    """Figures with that unit: one number, or one number to another."""

    def written(low, high=""):
        def with_unit(unit):
            if not high:
                return f"{number(low)}{between}(?:{unit})"
            return f"{number(low)}(?:{between}(?:{unit}))?{TO}{number(high)}{between}(?:{unit})"

        return Written(with_unit(chinese), with_unit(english))

    return written


hours = unit("个?小时", "hours?")
days = unit("个?(?:工作日|天|日)", r"(?:working\s+|business\s+)?days?")
weeks = unit("个?(?:周|星期)", "weeks?")
months = unit("个?月", "months?")
years = unit("年", "years?")
percent = unit("[%％]", r"[%％]|per\s?cent")
points = unit("分", r"points|or (?:more|above)")
loans = unit("笔", "(?:open )?loans")
times = unit("次|家", r"(?:\w+ )?(?:times|applications|queries|inquiries|lenders)")
age = unit("岁", r"(?:years?\b)?")
share = unit("成", "tenths")


def money(chinese, english):
    """A sum of yuan: 万 in Chinese, plain digits in English."""
    return Written(
        rf"(?<![\d.,])(?:{chinese})\s*万|(?<![\d.,])(?:{english})\s*元",
        rf"(?<![\d.,])(?:¥\s?)?(?:{english})(?!\d|[.,]\d)",
    )


def either(*written):
    return Written(
        "|".join(w.chinese for w in written),
        "|".join(w.english for w in written),
    )


class Weak(NamedTuple):
    """A figure, and the words of a sentence or its heading that make it this claim."""

    slug: str
    figure: Written
    chinese: str
    english: str


PAYOUT = ("放款|到账|入账|打款", "pay(?:s|ing)?[ -]?out|paid|credited|booking")
LOCKED = ("锁|验证码|次数", r"lock|\bcodes?\b")
APPLY = ("申请|再借|停|查询", "appl|stop|pause|quer|inquir")
REASSESSED = ("评估|额度|再申请|恢复", r"assess|limit|appl|re-?open|come back")
SESAME = ("芝麻|守约", "sesame|zhima")
WEILIDAI = ("微粒贷", "weilidai")
WANGSHANG = ("网商贷|经营约", r"wangshang|in business")
WEBANK = ("微业贷|经营约", "webank business|微业贷|firms of")
TAX = ("税贷|银税|报税|纳税", r"\btax")
INVOICES = ("发票|流水", "invoice|flow|takings")
BILLS = ("票据|贴现|汇票", r"\bbills?\b|discount")
LEASING = ("保理|回租|租赁", "factoring|lease")
PATENTS = ("知识产权|专利|商标|评估费", "intellectual|patent|trade mark|valuation")
GUARANTEE = ("政府性融资担保|担保费|创业担保", "guarantee")
JIEBEI_DAY = ("借呗|日利率|日息", "jiebei|a day|daily")
BANK_ONLINE = ("线上|消费贷", r"online|consumer loan")

WEAK = (
    # How long a payout takes
    Weak("payout within 2 hours", hours("2"), *PAYOUT),
    Weak(
        "payout within 24 hours", hours("24"), "放款|到账|消费金融公司多", "pay-?out|finance comp"
    ),
    Weak("payout in 1 to 3 working days", days("1", "3"), *PAYOUT),
    Weak("payout within 3 working days", days("3"), "放款|到账", "pay-?out|paid out"),
    Weak("retries of the bank", days("1", "3"), "重试|再打", "retr"),
    # Card, identity, account
    Weak(
        "card dormant for half a year",
        either(months("6"), Written("半年", "half a year")),
        "睡眠|久悬|会被(?:冻|停)|自动停",
        "dormant|goes to sleep|is frozen after",
    ),
    Weak(
        "limit closed days after the ID expired",
        either(days("15"), days("30")),
        "过期.*(?:关闭|收回|停)|(?:关闭|收回|停).*过期",
        "expir.*(?:clos|withdr)|(?:clos|withdr).*expir",
    ),
    Weak(
        "identity papers checked in 2 days",
        either(hours("48"), days("2")),
        "证件|上传|注销",
        r"\bID\b|upload|clos|review",
    ),
    Weak(
        "number changed, wait 1 to 3 days",
        days("1", "3"),
        "手机号|号码|换绑|人工审核",
        "phone number|manual|number",
    ),
    Weak(
        "rest after a risk notice",
        either(days("3"), hours("72")),
        "风险|停手|常用设备|平时的手机",
        r"risk|leave it alone|pause|usual device",
    ),
    Weak("lock of 24 hours", hours("24"), *LOCKED),
    # Credit
    Weak("assessed again in 1 to 3 months", months("1", "3"), *REASSESSED),
    Weak(
        "limit back in 3 months",
        months("3"),
        "额度.*(?:恢复|回来|评估)|几周到",
        "weeks to|limit.*(?:back|return)|re-?assess",
    ),
    Weak("stop for 3 to 6 months", months("3", "6"), *APPLY),
    Weak(
        "more than 3 applications a month",
        times("3"),
        "一个月.*(?:申请|查询)|每月.*(?:申请|查询)|(?:申请|查询).*一个月",
        "a month|per month",
    ),
    Weak(
        "5 or 6 queries in half a year",
        either(times("5", "6"), times("6"), Written(r"(?!)", rf"{number('6')} in half a year")),
        "半年|6 个月|六个月",
        "half a year|six months|6 months",
    ),
    Weak("4 queries in 3 months", times("4"), "3 个月|三个月", "three months|3 months"),
    Weak(
        "debts of half the income",
        either(
            percent("50"),
            percent("60"),
            percent("50", "60"),
            Written("一半|[五六]成", r"half (?:of )?(?:the |your )?income"),
        ),
        "收入|负债率|DTI",
        r"income|debt ratio|\bDTI\b",
    ),
    Weak(
        "card use of 70 to 80%",
        either(
            percent("70"),
            percent("80"),
            percent("70", "80"),
            share("7", "8"),
            Written("七八成|七成|八成", r"\b70|\b80"),
        ),
        "信用卡.*用|使用率|用不过|紧",
        r"\bcards?\b|utili[sz]ation|tight",
    ),
    Weak("Sesame score of 600", points("600"), "借呗|芝麻|分数", "jiebei|sesame|zhima|score"),
    Weak(
        "Sesame bands",
        either(points("550", "600"), points("600", "650"), points("650", "700")),
        *SESAME,
    ),
    Weak("Sesame range", either(points("350"), points("950"), points("350", "950")), *SESAME),
    Weak(
        "Sesame weights",
        either(percent("35"), percent("25"), percent("20"), percent("15"), percent("5")),
        *SESAME,
    ),
    Weak(
        "10 to 30 points for 3 days overdue",
        points("10", "30"),
        "芝麻|逾期|扣",
        "sesame|zhima|overdue|late",
    ),
    Weak(
        "Sesame refreshed on the 6th",
        Written(rf"{number('6')}\s*[日号]", r"\b6th\b|the sixth"),
        "芝麻|分数|更新",
        "sesame|zhima|score|refresh",
    ),
    Weak(
        "queries shown for 2 years",
        years("2"),
        "查询记录.*(?:显示|保留|展示)",
        "quer(?:y|ies).*(?:shown|kept|visible)",
    ),
    Weak(
        "repayment reported within a month",
        either(
            months("1"), Written("(?!)", "about a month"), Written(r"T\s*\+\s*1", r"T\s*\+\s*1")
        ),
        "记录才|征信.*更新|还款后",
        "record.*updat|after (?:re)?payment",
    ),
    Weak(
        "detailed report costs 10 yuan",
        Written(rf"{number('10')}\s*元", r"¥10\b|\b10 yuan"),
        "报告",
        "report",
    ),
    # Complaints and police
    Weak(
        "hotlines answer in 15 or 20 working days",
        either(
            Written(
                rf"{number('15')}(?:{TO}{number('20')})?\s*个?工作日",
                r"\b15(?: to 20)? working days",
            ),
            Written(rf"{number('7')}\s*个?工作日", r"\b7 working days"),
        ),
        "热线|投诉|答复|12378|12363",
        "hotline|complain|answer|12378|12363",
    ),
    Weak(
        "PBOC institutions answer in 60 days",
        days("60"),
        "人民银行金融消费者",
        "PBOC.*consumer protection|consumer protection.*PBOC",
    ),
    Weak("stop-payment for 48 hours", hours("48"), "止付|只收不付", "stop[- ]payment|hold"),
    # Limits of Jiebei
    Weak(
        "one loan of 40,000 yuan",
        money("4|四", "40,000|40000"),
        "一笔|单笔|每笔",
        r"(?:one|single|each)\b.*\bloan",
    ),
    Weak("50 loans at most", loans("50"), "最多|同时|上限|超过", "most|open|limit|at once"),
    Weak(
        "oldest borrower",
        either(age("55"), age("60"), age("65")),
        "年龄|上限|不满|年纪|以上",
        r"\bage|upper|years old|under 18|over",
    ),
    Weak(
        "Jiebei rate a day",
        either(percent("0.015"), percent("0.06"), percent("0.015", "0.06")),
        *JIEBEI_DAY,
    ),
    Weak(
        "Jiebei rate a year",
        either(percent("5.4"), percent("5.475"), percent("21.6"), percent("21.9")),
        "借呗",
        "jiebei",
    ),
    # Other ways to get money
    Weak("consumer loan in 3 days", days("3"), *BANK_ONLINE),
    Weak(
        "online consumer loans of 300,000 for a time",
        money("30|三十", "300,000|300000"),
        "临时|消费贷",
        "for a time|temporar|consumer loan",
    ),
    Weak(
        "self-paid consumer loans of 500,000",
        money("50|五十", "500,000|500000"),
        "自主支付|消费贷",
        "self-pa|consumer loan",
    ),
    Weak(
        "Weilidai rate a year",
        either(percent("7.2"), percent("21.6"), percent("7.2", "21.6")),
        *WEILIDAI,
    ),
    Weak(
        "Weilidai rate a day",
        either(percent("0.02"), percent("0.05"), percent("0.02", "0.05")),
        *WEILIDAI,
    ),
    Weak(
        "platforms lend 200,000",
        money("20|二十", "200,000|200000"),
        "微粒贷|金条|度小满|分期乐",
        "weilidai|jintiao|duxiaoman|fenqile",
    ),
    Weak(
        "platforms cost 24%",
        Written(rf"最高到?\s*{number('24')}\s*[%％]", r"\bup to 24\s*%"),
        "金条|度小满|分期乐",
        "jintiao|duxiaoman|fenqile",
    ),
    Weak(
        "true rate is 1.8 times the fee",
        Written(r"1\.8\s*倍", r"\b1\.8 times|1\.8 ?×"),
        "分期|手续费",
        "instalment|fee",
    ),
    Weak("instalments of 0.6% cost 13%", percent("13"), "分期|手续费", "instalment|fee"),
    Weak("Wangshang rate a year", either(percent("11", "18"), percent("18")), *WANGSHANG),
    Weak(
        "Wangshang rate a day",
        either(percent("0.02"), percent("0.03"), percent("0.05"), percent("0.03", "0.05")),
        *WANGSHANG,
    ),
    Weak("Wangshang sum", money("300|三百", "3,000,000|3 million"), *WANGSHANG),
    Weak("Wangshang after 6 months", months("6"), *WANGSHANG),
    Weak("WeBank business rate", percent("7.2"), *WEBANK),
    Weak(
        "WeBank business sum",
        money("500|五百|300 万?到 500|300", "5,000,000|3,000,000|[35] million"),
        *WEBANK,
    ),
    Weak("WeBank business after 1 to 2 years", years("1", "2"), *WEBANK),
    Weak("tax loan rate", either(percent("3.0"), percent("4.5"), percent("3.0", "4.5")), *TAX),
    Weak("tax loan sum", money("300|三百", "3,000,000|3 million"), *TAX),
    Weak("tax loan in 1 to 3 days", days("1", "3"), *TAX),
    Weak(
        "tax loan after 2 years",
        years("2"),
        "税贷|银税|报税",
        r"tax loan|years of (?:tax )?filings",
    ),
    Weak("6 to 24 months of flows", months("6", "24"), *INVOICES),
    Weak("12 to 24 months of flows", months("12", "24"), *INVOICES),
    Weak("receivables in 3 to 7 days", days("3", "7"), "应收账款|中征", "receivable"),
    Weak("bills at 3.85%", percent("3.85"), *BILLS),
    Weak("bills of banks at 1 to 2%", percent("1", "2"), *BILLS),
    Weak("bills in 1 day", days("1"), *BILLS),
    Weak(
        "leasing costs 15 to 30%",
        either(percent("15", "30"), percent("15"), percent("30")),
        *LEASING,
    ),
    Weak("leasing or guarantee in 1 to 3 weeks", weeks("1", "3"), ".", "."),
    Weak("start-up loan in 2 to 6 weeks", weeks("2", "6"), ".", "."),
    Weak(
        "fee of a government guarantee",
        percent("1"),
        "政府性融资担保.*费|费.*政府性融资担保",
        "government-backed.*fee|fee.*government-backed",
    ),
    Weak(
        "start-up loan at LPR plus 50",
        Written("50 个?(?:基点|BP)", "50 (?:basis points|bp)"),
        *GUARANTEE,
    ),
    Weak("patents in 45 days", days("45"), *PATENTS),
    Weak("patents in 1 to 2 months", months("1", "2"), *PATENTS),
    Weak("valuation of 0.5 to 1%", either(percent("0.5"), percent("0.5", "1")), *PATENTS),
    Weak(
        "patents with 5 years left",
        either(years("5"), years("2")),
        "专利|企业满",
        "patent|firm at least",
    ),
    # A business
    Weak(
        "turnover down by 30%, or flows within it",
        either(percent("30"), share("3"), Written("(?!)", r"\ba third\b")),
        "营业额|流水|经营异常",
        "turnover|flows",
    ),
    Weak("seasonal shop held at 150,000", money("15|十五", "150,000|150000"), *WANGSHANG),
    Weak("customers pay within 90 days", days("90"), "周转天数|回款天数", "DSO|days sales"),
    Weak("shop rating of 4.6", Written(r"4\.6(?!\d)", r"\b4\.6\b"), ".", "."),
)

NEVER = (
    # Shares of failures (and of recoveries) that blogs repeat: no origin, and they disagree.
    Weak("41.2% fail by the card", percent("41.2"), ".", "."),
    Weak("38% fail by the card", percent("38"), ".", "."),
    Weak("43% fail by documents", percent("43"), ".", "."),
    Weak("78% fail at the last stage", percent("78"), ".", "."),
    Weak(
        "12% fail after approval",
        percent("12"),
        "失败|被拒|没放|通过后|批了",
        "fail|refus|reject|after approval",
    ),
    Weak("68% recover in 3 months", percent("68"), ".", "."),
    Weak(
        "shares in tenths",
        Written("[四4]成.{0,6}失败|[八8]成.{0,8}失败", "(?:four|eight) in ten .{0,20}fail"),
        ".",
        ".",
    ),
)

# Texts of the trees

MARKUP = re.compile(r"<[^>]*>")
SENTENCE_END = re.compile(r"[。！？；\n]|(?<=[.!?;])\s")
NOT_PROSE = {"slug", "value", "href"}
# What a choice says is the reader's answer and what a message says was seen on a
# screen: neither is a claim. (The titles of sources stand beside their own grade.)
NO_CLAIM = {(Choice, "label"), (Question, "title"), (Question, "short"), (Message, "text")}


@dataclass(frozen=True)
class Said:
    """One sentence of a compiled tree."""

    place: str
    language: str
    heading: str
    sentence: str
    weak_time: bool = False
    """Whether it tells a remedy's time, and the page adds the mark by its grade."""

    @property
    def marked(self):
        return self.weak_time or any(
            mark in self.sentence for mark in LANGUAGES[self.language].marks
        )

    def claims(self, weak):
        chinese = self.language == "zh-hans"
        figure = weak.figure.chinese if chinese else weak.figure.english
        about = weak.chinese if chinese else weak.english
        return bool(
            re.search(figure, self.sentence, re.IGNORECASE)
            and re.search(about, f"{self.heading} {self.sentence}", re.IGNORECASE)
        )


def heading_of(part):
    """What stands above a part and says what it is about."""
    if isinstance(part, CompiledTree):
        return ""
    return next((getattr(part, n) for n in ("title", "name", "text") if hasattr(part, n)), "")


def parts_in(part, heading, seen):
    """Everything a compiled tree is made of, each once, with its heading."""
    if isinstance(part, Mapping):
        part = tuple(part.values())
    if isinstance(part, tuple | list):
        for inner in part:
            yield from parts_in(inner, heading, seen)
    elif dataclasses.is_dataclass(part) and not isinstance(part, Source) and id(part) not in seen:
        seen.add(id(part))
        own = heading_of(part) or heading
        yield part, own
        for field in dataclasses.fields(part):
            yield from parts_in(getattr(part, field.name), own, seen)


def sentences(tree, language):
    """Every sentence that a reader can see, with its figures and their marks in place."""
    return [
        Said(place, language, heading, sentence.strip(), timed)
        for part, heading in parts_in(tree, "", set())
        for place, words, timed in prose_of(part)
        for sentence in SENTENCE_END.split(html.unescape(MARKUP.sub("", words)))
    ]


def prose_of(part):
    for field in dataclasses.fields(part):
        words = getattr(part, field.name)
        told = field.name not in NOT_PROSE and (type(part), field.name) not in NO_CLAIM
        if told and type(words) in {str, Html}:
            place = f"{type(part).__name__} {getattr(part, 'slug', '')} {field.name}"
            yield place, words, field.name == "remedy_time" and part.remedy_unproven


@pytest.fixture(scope="module")
def spoken(django_db_setup, django_db_blocker):
    """All sentences of both trees in both languages."""
    with django_db_blocker.unblock():
        documents = [drafts.snapshot(tree) for tree in Tree.objects.all()]
    return [
        said
        for document in documents
        for language in LANGUAGES
        for said in sentences(compile_tree(document, language), language)
    ]


def unmarked(spoken, weak):
    return [(s.place, s.sentence) for s in spoken if s.claims(weak) and not s.marked]


@pytest.mark.parametrize("weak", WEAK, ids=lambda weak: weak.slug)
def test_weak_figure_stands_with_its_mark(spoken, weak):
    assert unmarked(spoken, weak) == []


@pytest.mark.parametrize("share", NEVER, ids=lambda share: share.slug)
def test_share_of_failures_that_nobody_can_trace_appears_nowhere(spoken, share):
    assert [(s.place, s.sentence) for s in spoken if s.claims(share)] == []


def test_table_finds_the_same_claims_in_both_languages(spoken):
    """A pattern that misses its figure in one language shows here."""
    found = {
        language: {weak.slug for weak in WEAK for s in said if s.claims(weak)}
        for language in LANGUAGES
        for said in [[s for s in spoken if s.language == language]]
    }

    assert found["zh-hans"] ^ found["en"] == set()
    assert len(found["en"]) > 30


# The check itself

BY_SLUG = {weak.slug: weak for weak in (*WEAK, *NEVER)}
SAMPLES = {
    "payout within 2 hours": ("客服说 2 小时内放款", "The payout takes two hours"),
    "payout within 24 hours": ("消费金融公司多在24小时内到账", "Finance companies pay in 24 hours"),
    "payout in 1 to 3 working days": (
        "银行放款要一到三个工作日",
        "Banks pay out in 1–3 working days",
    ),
    "retries of the bank": (
        "银行会在 1-3 个工作日里重试",
        "The bank retries for 1 to 3 working days",
    ),
    "card dormant for half a year": (
        "半年不用会被冻结",
        "A card unused for half a year goes to sleep",
    ),
    "limit closed days after the ID expired": (
        "身份证过期 15 天后额度关闭",
        "15 days after the ID has expired the limit is closed",
    ),
    "rest after a risk notice": ("有风险提示，停 3 天", "After a risk notice pause for three days"),
    "assessed again in 1 to 3 months": ("1～3 个月后重新评估", "Assessed again in 1 to 3 months"),
    "stop for 3 to 6 months": ("停止申请 3 到 6 个月", "Stop applying for 3-6 months"),
    "more than 3 applications a month": (
        "一个月申请超过 3 次",
        "More than three applications a month",
    ),
    "debts of half the income": ("还款超过收入的 50%", "Repayments above 50% of income"),
    "Sesame score of 600": ("芝麻分要 600 分", "A Sesame score of 600 points"),
    "Sesame bands": ("芝麻分 600–650 分算良好", "Sesame: 600 to 650 points are good"),
    "Sesame range": ("芝麻分 350 到 950 分", "The Sesame score runs from 350 to 950 points"),
    "Sesame weights": ("芝麻分里信用历史占 35%", "Credit history is 35% of the Sesame score"),
    "10 to 30 points for 3 days overdue": (
        "逾期 3 天扣 10 到 30 分",
        "Three days overdue cost 10 to 30 points",
    ),
    "Sesame refreshed on the 6th": ("芝麻分每月6号更新", "The score is refreshed on the 6th"),
    "queries shown for 2 years": ("查询记录显示两年", "Queries are shown for 2 years"),
    "detailed report costs 10 yuan": ("详版报告 10 元", "A further report costs 10 yuan"),
    "hotlines answer in 15 or 20 working days": (
        "热线 15 到 20 个工作日答复",
        "The hotline answers in 15 to 20 working days",
    ),
    "PBOC institutions answer in 60 days": (
        "人民银行金融消费者权益保护办法：最长 60 日",
        "Under the PBOC consumer protection rules at most 60 days",
    ),
    "stop-payment for 48 hours": ("紧急止付 48 小时", "The stop-payment lasts 48 hours"),
    "one loan of 40,000 yuan": ("单笔最多4万元", "One loan is at most ¥40,000"),
    "50 loans at most": ("最多同时 50 笔", "At most 50 open loans"),
    "oldest borrower": ("年龄上限是 60 岁", "The upper age is 60"),
    "Jiebei rate a day": ("借呗日利率 0.015%～0.06%", "Jiebei costs 0.015% to 0.06% a day"),
    "Jiebei rate a year": ("借呗年化 5.4% 起", "Jiebei costs from 5.4% a year"),
    "self-paid consumer loans of 500,000": (
        "自主支付提到 50 万元",
        "Self-paid loans rise to ¥500,000",
    ),
    "Weilidai rate a year": ("微粒贷 7.2%–21.6%", "Weilidai costs 7.2% to 21.6%"),
    "Weilidai rate a day": ("微粒贷日利率 0.02%", "Weilidai costs 0.02% a day"),
    "true rate is 1.8 times the fee": (
        "分期的真实年化约是 1.8 倍",
        "Instalments cost 1.8 times that",
    ),
    "Wangshang rate a year": ("网商贷 11–18%", "Wangshang loans cost 11–18%"),
    "Wangshang rate a day": ("网商贷每天 0.03%", "Wangshang loans cost 0.03% a day"),
    "WeBank business rate": ("微业贷 7.2% 起", "A WeBank business loan from 7.2%"),
    "seasonal shop held at 150,000": (
        "有人的网商贷被限在 15 万元",
        "One Wangshang loan was held at ¥150,000",
    ),
    "tax loan rate": ("税贷 3.0% 到 4.5%", "Tax loans at 3.0% to 4.5%"),
    "bills of banks at 1 to 2%": ("银行汇票贴现 1% 到 2%", "Bank bills at 1% to 2%"),
    "leasing costs 15 to 30%": ("售后回租真实年化 15%～30%", "Leases really cost 15 to 30%"),
    "fee of a government guarantee": (
        "政府性融资担保的担保费 1%",
        "A government-backed guarantee has a fee of 1%",
    ),
    "start-up loan at LPR plus 50": (
        "创业担保贷款 LPR 加 50 个基点",
        "A start-up guaranteed loan at LPR plus 50 basis points",
    ),
    "patents in 45 days": ("专利质押约 45 天", "A loan on patents takes 45 days"),
    "patents in 1 to 2 months": ("专利质押 1 到 2 个月", "A loan on patents takes 1 to 2 months"),
    "turnover down by 30%, or flows within it": ("营业额少了三成", "Turnover fell by 30%"),
    "customers pay within 90 days": (
        "应收账款周转天数不超过 90 天",
        "Days sales outstanding within 90 days",
    ),
    "shop rating of 4.6": ("店铺评分低于 4.6", "A shop rating below 4.6"),
    "41.2% fail by the card": ("41.2% 的失败是卡的问题", "The card explains 41.2% of failures"),
    "38% fail by the card": ("38％是卡", "The card explains 38 per cent"),
    "43% fail by documents": ("43%是材料", "Papers explain 43%"),
    "78% fail at the last stage": ("78% 倒在最后一步", "78% fail at the last step"),
    "12% fail after approval": ("批了以后还有 12% 失败", "12% fail after approval"),
    "68% recover in 3 months": ("68% 的人三个月恢复", "68% recover within three months"),
    "shares in tenths": ("四成的放款失败因为卡", "Four in ten payouts fail"),
}
TWO_HOURS = BY_SLUG["payout within 2 hours"]


def spoken_in(language, question=None, **fields):
    """The sentences of a small tree."""
    tree = compiled([question or make_question("asked")], language=language, **fields)
    return sentences(tree, language)


def saying(part, **texts):
    """`part` with these texts, each (in Chinese, in English)."""
    texts = {name: Text(zh_hans=zh, en=en) for name, (zh, en) in texts.items()}
    return msgspec.structs.replace(part, **texts)


def finding_saying(chinese, english):
    return {"findings": [saying(make_finding("pending"), explanation=(chinese, english))]}


@pytest.mark.parametrize("slug", SAMPLES)
def test_claim_is_recognised_in_both_languages(slug):
    chinese, english = SAMPLES[slug]

    assert Said("", "zh-hans", "", chinese).claims(BY_SLUG[slug])
    assert Said("", "en", "", english).claims(BY_SLUG[slug])


UNMARKED = ("客服说 2 小时到账。", "A payout takes 2 hours.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(finding_saying(*UNMARKED), id="finding"),
        pytest.param(
            finding_saying(
                "网上说法，未经证实。**2 小时**到账。", "Unproven. A payout takes **2 hours**."
            ),
            id="mark in another sentence",
        ),
        pytest.param(
            finding_saying("- 2 小时到账\n- 未经证实", "- A payout takes 2 hours\n- unproven"),
            id="mark in another line",
        ),
        pytest.param(
            {
                "findings": [
                    saying(
                        make_finding("pending"),
                        title=("放款中", "Payout"),
                        avoid=("等 2 小时", "Wait 2 hours"),
                    )
                ]
            },
            id="said by the heading",
        ),
        pytest.param(
            {
                "findings": [
                    make_finding(
                        "pending",
                        [saying(make_evidence("suggests", {"asked": ["yes"]}), because=UNMARKED)],
                    )
                ]
            },
            id="reason",
        ),
        pytest.param(
            {
                "findings": [
                    saying(
                        make_finding("pending", remedy_grade=Grade.COMPANY), remedy_time=UNMARKED
                    )
                ]
            },
            id="time said to be the company's",
        ),
        pytest.param(
            {"alternatives": (saying(make_alternative("bank"), time=UNMARKED),)}, id="alternative"
        ),
        pytest.param(
            {"messages": (saying(make_message("seen", "处理中"), meaning=UNMARKED),)}, id="message"
        ),
        pytest.param({"question": saying(make_question("asked"), help=UNMARKED)}, id="question"),
        pytest.param(
            {
                "question": make_question(
                    "asked", choices=("no", saying(make_choice("yes"), hint=UNMARKED))
                )
            },
            id="hint",
        ),
    ],
)
def test_unmarked_figure_is_caught(language, fields):
    assert len(unmarked(spoken_in(language, **fields), TWO_HOURS)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            finding_saying(
                "据用户反映 2 小时到账，未经证实。", "Users report a payout in 2 hours, unproven."
            ),
            id="marked",
        ),
        pytest.param(finding_saying("等 2 小时。", "Wait 2 hours."), id="another claim"),
        pytest.param(
            finding_saying("12 小时到账。", "A payout takes 12 hours."), id="longer number"
        ),
        pytest.param(
            {
                "findings": [
                    saying(make_finding("pending", remedy_grade=Grade.USERS), remedy_time=UNMARKED)
                ]
            },
            id="time that the page marks",
        ),
        pytest.param(
            {"messages": (make_message("seen", "2 小时到账, paid in 2 hours"),)},
            id="seen on a screen",
        ),
        pytest.param(
            {
                "question": make_question(
                    "asked", choices=("no", saying(make_choice("yes"), label=UNMARKED))
                )
            },
            id="answer of the reader",
        ),
    ],
)
def test_what_needs_no_mark(language, fields):
    assert unmarked(spoken_in(language, **fields), TWO_HOURS) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("grade", "caught"), [(Grade.UNPROVEN, 0), (Grade.NEWS, 1)])
def test_figure_in_its_place_brings_its_mark_if_its_grade_is_weak(language, grade, caught):
    told = finding_saying("税贷 {bank}。", "A tax loan costs {bank}.")
    figures = (make_figure("bank", value="3.0%–4.5%", grade=grade),)

    spoken = spoken_in(language, **told, figures=figures)

    assert len(unmarked(spoken, BY_SLUG["tax loan rate"])) == caught


@pytest.mark.parametrize("language", LANGUAGES)
def test_mark_does_not_excuse_a_share_of_failures(language):
    told = finding_saying("41.2% 卡在银行卡，未经证实。", "41.2% fail by the card, unproven.")

    assert [s.claims(BY_SLUG["41.2% fail by the card"]) for s in spoken_in(language, **told)].count(
        True
    ) == 1
