"""A large tree made by chance, sound and of natural size, and how long staff wait for it.

`make_large_tree` gives the same tree for the same arguments. Run as a module it
measures what every page of the editor waits for: snapshot, check, compile, walk.
"""

import datetime as dt
import importlib
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, cycle, islice, pairwise, product, repeat, takewhile
from random import Random
from statistics import median

import django
import msgspec
from django.core.management import call_command

from wizard.tree import content, engine, problems
from wizard.tree.answers import answers_of, possible_answers
from wizard.tree.compiled import compile_tree
from wizard.tree.content import (
    Action,
    Choice,
    Contact,
    ContactKind,
    Effect,
    Evidence,
    Figure,
    Finding,
    Grade,
    Horizon,
    Kind,
    Message,
    Question,
    Route,
    Scenario,
    Source,
    Text,
    Theme,
)
from wizard.tree.strategy import advise

WIDTH = 5
"""So many questions stand beside each other in a layer of a chapter."""
CHAPTER = 24
CLOSING = 15
SCENARIOS = 40
MESSAGES = 60
WITNESSES = 24
"""So many ways to a question are kept, for conditions that somebody can meet."""

TODAY = dt.date(2026, 11, 23)

_SUBJECTS = (
    ("收款卡", "the receiving card"),
    ("身份信息", "the identity record"),
    ("征信报告", "the credit report"),
    ("手机号码", "the phone number"),
    ("额度状态", "the state of the limit"),
    ("还款记录", "the repayment record"),
    ("账户安全", "the safety of the account"),
    ("营业资料", "the business papers"),
    ("资金用途", "the purpose of the money"),
    ("银行通知", "the notice of the bank"),
    ("人脸识别", "the face check"),
    ("合同签署", "the signing of the contract"),
)
_ASPECTS = (
    ("最近有没有变动", "has anything changed lately"),
    ("页面上怎么写", "what does the page say"),
    ("第一次出问题是什么时候", "when did it first go wrong"),
    ("在别处试过没有", "did you try it elsewhere"),
    ("客服怎么答复", "what did the service desk answer"),
    ("和你本人是否一致", "does it match you in person"),
    ("有没有收到短信", "did a text message come"),
    ("还能不能正常使用", "does it still work as usual"),
)
_ANSWERS = (
    ("一切正常，看不出问题", "Everything looks normal"),
    ("页面提示稍后再试", "The page says to try again later"),
    ("显示已经退回原账户", "It says the money was returned"),
    ("提示资料需要更新", "It asks for newer papers"),
    ("一直停在处理中", "It has been processing ever since"),
    ("客服说不符合条件", "The service desk says it does not qualify"),
)
_SENTENCES = (
    (
        "先打开账单页，看清楚每一行写的是什么。",
        "First open the statement and read every line of it.",
    ),
    (
        "多数情况下，这只说明系统还没有收到对方银行的回复。",
        "Mostly this only means that the other bank has not answered yet.",
    ),
    (
        "不要反复提交，每提交一次都可能留下一条查询记录。",
        "Do not send it again and again: each time may leave an inquiry on record.",
    ),
    (
        "如果有人要你先交钱、报验证码或共享屏幕，请马上停下。",
        "If somebody wants money first, a code or your screen, stop at once.",
    ),
    (
        "放款最终由贷款机构决定，这里写的是通常的做法。",
        "The lender decides in the end; this is what usually happens.",
    ),
    (
        "把看到的提示截图保存，和客服说话时照着念。",
        "Keep a picture of the message and read it out to the service desk.",
    ),
    (
        "在“我的”里点“设置”，再点“账号与安全”。",
        "Tap “我的” (me), then “设置” (settings), then “账号与安全” (account and safety).",
    ),
    (
        "有疑问时拨打{helpline}，说明你看到了什么、什么时候看到的。",
        "When in doubt call {helpline} and say what you saw, and when.",
    ),
    (
        "利率按{base-rate}一类的基准计算，以合同为准。",
        "Interest follows a base such as {base-rate}; the contract decides.",
    ),
)

_SOURCES = tuple(
    Source(
        slug=f"source-{number}",
        title=Text(f"第 {number} 号公告", f"Notice {number}"),
        publisher=Text("监管机构", "The regulator"),
        url=f"https://example.org/{number}",
        checked_on=TODAY,
        grade=Grade.OFFICIAL,
    )
    for number in range(1, 41)
)
_CONTACTS = (
    Contact(
        slug="helpline",
        kind=ContactKind.PHONE,
        value="12345",
        name=Text("服务热线", "Helpline"),
        purpose=Text("问账户的情况", "Ask about the account"),
        checked_on=TODAY,
        sources=("source-1",),
    ),
)
_FIGURES = (
    Figure(
        slug="base-rate",
        name=Text("基准利率", "Base rate"),
        value=Text("3.0%", "3.0%"),
        as_of=TODAY,
        checked_on=TODAY,
        grade=Grade.OFFICIAL,
        sources=("source-1",),
    ),
)


@dataclass(eq=False)
class _Node:
    """A question being made. `ways` are sets of answers that lead to it, by question."""

    slug: str
    kind: Kind
    chapter: int
    choices: list[Choice]
    routes: list[Route] = field(default_factory=list)
    ways: list[dict[str, str]] = field(default_factory=list)

    @property
    def tellable(self) -> list[str]:
        """The choices that say something."""
        return [c.slug for c in self.choices if not (c.unsure or c.exclusive)]


def make_large_tree(
    questions: int = 300, routes: int = 1000, findings: int = 60, seed: int = 1
) -> content.Tree:
    """A tree without errors: three questions for all, chapters by subject, and closing ones.

    A walk goes through one chapter or two, each several layers deep, and then
    through the closing questions. About every third route looks at two or three
    answers; every route and every finding can be met. `questions` is at least 60.
    """
    return _Maker(questions, routes, findings, seed).tree()


class _Maker:
    def __init__(self, questions: int, routes: int, findings: int, seed: int) -> None:
        self.chance = Random(seed)
        self.number = 0
        self.spine = [self.node(0, kind) for kind in (Kind.MULTIPLE, Kind.SINGLE, Kind.SINGLE)]
        inside = questions - len(self.spine) - CLOSING
        count = max(1, inside // CHAPTER)
        sizes = [inside // count + (n < inside % count) for n in range(count)]
        self.chapters = [self.layers(n, size) for n, size in enumerate(sizes, start=1)]
        self.closing = self.layers(0, CLOSING)
        self.parts = [*self.chapters, self.closing]
        self.nodes = [*self.spine, *(n for part in self.parts for layer in part for n in layer)]
        self.lead_in()
        steps = [pair for part in self.parts for pair in pairwise(part)]
        leading = sum(len(here) for here, _ in steps)
        missing = routes - sum(len(node.routes) for node in self.spine)
        for here, below in steps:
            share = round(missing * len(here) / leading)
            self.lead_on(here, below, share)
            leading, missing = leading - len(here), missing - share
        self.count = findings

    # Questions and routes

    def node(self, chapter: int, kind: Kind | None = None) -> _Node:
        self.number += 1
        slug = f"q{self.number:03}-" + _slug(_SUBJECTS[chapter % len(_SUBJECTS)][1])
        kind = kind or self.chance.choices([Kind.SINGLE, Kind.NUMBER], [9, 1])[0]
        return _Node(slug, kind, chapter, self.choices(kind))

    def choices(self, kind: Kind) -> list[Choice]:
        count = 3 if kind is Kind.NUMBER else self.chance.randint(2, 4)
        words = self.chance.sample(_ANSWERS, count)
        starts = (Decimal(0), Decimal(1_000), Decimal(50_000))
        made = [
            Choice(
                slug=f"c{number}",
                label=Text(*told),
                hint=self.prose(1) if self.chance.random() < 0.2 else content.EMPTY,
                at_least=starts[number - 1] if kind is Kind.NUMBER else None,
            )
            for number, told in enumerate(words, start=1)
        ]
        if kind is Kind.MULTIPLE:
            made.append(Choice(slug="none", label=Text("都没有", "None of these"), exclusive=True))
        elif self.chance.random() < 0.4:
            hint = Text("在账单详情里看。", "Look in the details of the statement.")
            made.append(
                Choice(slug="unsure", label=Text("不清楚", "Not sure"), hint=hint, unsure=True)
            )
        return made

    def layers(self, chapter: int, size: int) -> list[list[_Node]]:
        """The questions of a chapter; the first stands alone, later ones beside each other."""
        # Ticks open several branches: they stand in the second half, as in trees made by people.
        late = (n % 4 == 3 and n > size // 2 for n in range(size))
        made = iter([self.node(chapter, Kind.MULTIPLE if ticks else None) for ticks in late])
        cut = (list(islice(made, width)) for width in chain((1, 2, 4), repeat(WIDTH)))
        return list(takewhile(bool, cut))

    def lead_in(self) -> None:
        """The first three questions: safety, who, and which subject."""
        safety, who, subject = self.spine
        subject.choices = [
            Choice(slug=f"s{n}", label=Text(*_SUBJECTS[n % len(_SUBJECTS)]))
            for n in range(1, len(self.chapters) + 1)
        ]
        hint = Text("看最近一条通知。", "Look at the latest notice.")
        subject.choices.append(
            Choice(slug="unsure", label=Text("不清楚", "Not sure"), hint=hint, unsure=True)
        )
        safety.ways.append({})
        safety.routes.append(Route(to=who.slug))
        self.follow(safety, [who])
        who.routes.append(Route(to=subject.slug))
        self.follow(who, [subject])
        entries = [chapter[0][0] for chapter in self.chapters]
        for number, entry in enumerate(entries, start=1):
            told = (f"s{number}", "unsure") if number == 1 else (f"s{number}",)
            subject.routes.append(Route(to=entry.slug, when={subject.slug: told}))
        subject.routes.append(Route(to=self.closing[0][0].slug))
        self.follow(subject, [*entries, self.closing[0][0]])

    def lead_on(self, here: Sequence[_Node], below: Sequence[_Node], share: int) -> None:
        """Lead from one layer to the next by `share` routes, so that all below are reached."""
        while not all(node.ways for node in below):
            for node in below:
                node.ways.clear()
            missing = cycle(self.chance.sample(below, len(below)))
            special = cycle(self.chance.sample(below, len(below)))
            for number, node in enumerate(here):
                told = node.tellable
                split = self.chance.randint(1, len(told) - 1)
                others = [c.slug for c in node.choices if c.slug not in told]
                extra = share * (number + 1) // len(here) - share * number // len(here) - 2
                node.routes = [
                    *(self.special(node, next(special)) for _ in range(extra)),
                    Route(
                        to=next(missing).slug, when={node.slug: (*told[:split],)}, otherwise=True
                    ),
                    Route(
                        to=next(missing).slug,
                        when={node.slug: (*told[split:], *others)},
                        otherwise=True,
                    ),
                ]
                self.follow(node, below)

    def special(self, node: _Node, to: _Node) -> Route:
        """A route for somebody who gave certain answers before."""
        when = {node.slug: (self.chance.choice(node.tellable),)}
        return Route(to=to.slug, when=when | self.seen_on(self.chance.choice(node.ways), 2))

    def seen_on(self, way: Mapping[str, str], most: int) -> dict[str, tuple[str, ...]]:
        """A condition that holds on `way`, on up to `most` of its last answers."""
        near = [*way][-2:]
        asked = self.chance.sample(near, min(len(near), self.chance.randint(2, most)))
        return {slug: (way[slug],) for slug in asked}

    def follow(self, node: _Node, below: Sequence[_Node]) -> None:
        """Remember by which answers one gets from `node` to those below."""
        for way, told in product(node.ways, node.tellable):
            made = {**way, node.slug: told}
            holding = [
                route
                for route in node.routes
                if all(made.get(slug) in choices for slug, choices in route.when.items())
            ]
            opened = {r.to for r in holding if not r.otherwise} or {r.to for r in holding}
            for to in below:
                if to.slug in opened:
                    to.ways.append(made)
        for to in below:
            to.ways = self.chance.sample(to.ways, min(len(to.ways), WITNESSES))

    # Findings, actions, and the cases that must hold

    def tree(self) -> content.Tree:
        questions = tuple(self.question(node) for node in self.nodes)
        findings, actions = self.findings()
        made = content.Tree(
            slug="large",
            title=Text("很大的一棵树", "A very large tree"),
            summary=self.prose(2),
            questions=questions,
            findings=findings,
            actions=actions,
            contacts=_CONTACTS,
            sources=_SOURCES,
            figures=_FIGURES,
        )
        scenarios = tuple(self.scenarios(made))
        messages = tuple(self.messages(scenarios))
        return msgspec.structs.replace(made, scenarios=scenarios, messages=messages)

    def question(self, node: _Node) -> Question:
        subject, aspect = _SUBJECTS[node.chapter % len(_SUBJECTS)], self.chance.choice(_ASPECTS)
        number = node.kind is Kind.NUMBER
        return Question(
            slug=node.slug,
            kind=node.kind,
            title=Text(f"{subject[0]}{aspect[0]}？", f"About {subject[1]}: {aspect[1]}?"),
            short=Text(subject[0], subject[1]),
            help=self.prose(self.chance.randint(0, 3)),
            unit=Text("元", "yuan") if number else content.EMPTY,
            minimum=Decimal(0) if number else None,
            maximum=Decimal(1_000_000) if number else None,
            choices=tuple(node.choices),
            routes=tuple(node.routes),
        )

    def findings(self) -> tuple[tuple[Finding, ...], tuple[Action, ...]]:
        """Causes whose evidence holds on a way to the end of a chapter, and what to do."""
        ends = [node for part in self.parts for layer in part for node in layer if not node.routes]
        # Every answer of the last questions is evidence, or it would be asked in vain.
        telling = [(node, slug) for node in ends for slug in node.tellable]
        telling += [(node, slug) for node in self.spine[:2] for slug in node.tellable]
        others = [(n, slug) for n in self.nodes[3:] if n.routes for slug in n.tellable]
        telling += self.chance.sample(others, min(len(others), 3 * self.count))
        self.chance.shuffle(telling)
        shares = [telling[n :: self.count - 1] for n in range(self.count - 1)]
        findings, actions = [], []
        for number, share in enumerate(shares, start=1):
            steps = [self.action(number, n, share[0]) for n in range(1, 4)]
            actions += steps
            findings.append(self.finding(number, share, [step.slug for step in steps]))
        findings.append(self.finding(self.count, [], [actions[0].slug]))
        general = [
            self.action(self.count, n, None, theme)
            for n, theme in enumerate(content.PERMANENT_THEMES, start=1)
        ]
        return tuple(findings), (*actions, *general)

    def finding(self, number: int, share: Sequence[tuple[_Node, str]], steps: list[str]) -> Finding:
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        evidence = [self.evidence(node, slug) for node, slug in share]
        if share and number % 3 == 0:
            evidence.append(self.against(share[0][0].ways[0]))
        return Finding(
            slug=f"f{number:02}-" + _slug(subject[1]),
            title=Text(f"{subject[0]}有问题", f"Something is wrong with {subject[1]}"),
            explanation=self.prose(4),
            differs=self.prose(1),
            remedy_time=Text("通常很快", "Usually soon"),
            remedy_grade=Grade.NEWS,
            avoid=self.prose(2, "- "),
            tell=self.prose(2),
            fallback=not share,
            evidence=tuple(evidence),
            actions=tuple(steps),
            sources=(self.chance.choice(_SOURCES).slug,),
        )

    def evidence(self, node: _Node, slug: str) -> Evidence:
        seen = self.seen_on(node.ways[0], 2) if node.ways[0] and self.chance.random() < 0.6 else {}
        effect = self.chance.choice([Effect.CONFIRMS, Effect.SUGGESTS, Effect.SUGGESTS])
        return Evidence(effect=effect, when={node.slug: (slug,)} | seen, because=self.prose(1))

    def against(self, way: Mapping[str, str]) -> Evidence:
        """Evidence that does not hold on `way`."""
        who = self.spine[1]
        other = next(slug for slug in who.tellable if slug != way.get(who.slug))
        subject = self.spine[2]
        last = subject.choices[-2].slug
        when = {who.slug: (other,), subject.slug: (last,)}
        return Evidence(effect=Effect.RULES_OUT, when=when, because=self.prose(1))

    def action(
        self,
        number: int,
        place: int,
        told: tuple[_Node, str] | None,
        theme: Theme | None = None,
    ) -> Action:
        when = {told[0].slug: (told[1],)} if told and place == 3 else {}
        subject = _SUBJECTS[(number + place) % len(_SUBJECTS)]
        return Action(
            slug=f"a{number:02}-{place}-" + _slug(subject[1]),
            theme=theme or self.chance.choice([Theme.FIX, Theme.CONTACT, Theme.CREDIT_REPAIR]),
            horizon=self.chance.choice(list(Horizon)),
            title=Text(f"核对{subject[0]}", f"Check {subject[1]}"),
            body=self.prose(3, "1. "),
            where=Text("支付宝 → 我的 → 账单", "支付宝 (Alipay) → 我的 (me) → 账单 (bills)"),
            letter=self.prose(4) if self.chance.random() < 0.2 else content.EMPTY,
            minutes=self.chance.choice([5, 10, 30]),
            general=told is None,
            when=when,
            contacts=("helpline",) if self.chance.random() < 0.3 else (),
            sources=(self.chance.choice(_SOURCES).slug,),
        )

    def scenarios(self, tree: content.Tree) -> Iterator[Scenario]:
        """Walks by chance, with what they end on."""
        compiled = compile_tree(tree, "en")
        for number in range(1, SCENARIOS + 1):
            walked = engine.walk(compiled, {})
            while walked.question is not None:
                answer = self.chance.choice(possible_answers(walked.question))
                given: dict[str, list[str]] = defaultdict(list)
                for slug, value in walked.parameters:
                    given[slug].append(value)
                given[walked.question.slug] = list(answer.values)
                walked = engine.walk(compiled, given)
            advice = advise(walked)
            yield Scenario(
                slug=f"case-{number}",
                story=self.prose(2),
                answers={a.question.slug: tuple(c.slug for c in a.choices) for a in walked.trail},
                findings=tuple(d.finding.slug for d in advice.diagnoses[:2]),
                actions=tuple(a.slug for a in advice.actions[:1]),
            )

    def messages(self, scenarios: Sequence[Scenario]) -> Iterator[Message]:
        for number, case in islice(enumerate(cycle(scenarios), start=1), MESSAGES):
            told = self.prose(1)
            yield Message(
                slug=f"m{number:02}",
                text=f"{told.zh_hans}（{_SUBJECTS[number % len(_SUBJECTS)][0]}）",
                literal=number % 2 == 0,
                meaning=told,
                implies=dict(islice(case.answers.items(), 3)),
                finding=case.findings[0],
                wordings=tuple(self.prose(1).zh_hans for _ in range(3)),
                source=self.chance.choice(_SOURCES).slug,
            )

    def prose(self, count: int, mark: str = "") -> Text:
        """So many sentences, as a list if they have a `mark`."""
        told = self.chance.sample(_SENTENCES, count)
        between = "\n" if mark else ""
        return Text(
            between.join(mark + chinese for chinese, _ in told),
            (between or " ").join(mark + english for _, english in told),
        )


def _slug(english: str) -> str:
    return english.removeprefix("the ").replace(" ", "-")


def _milliseconds(job: Callable[[], object], rounds: int = 5) -> float:
    """The median of several runs."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        took.append(time.perf_counter() - start)
    return median(took) * 1000


def main() -> None:
    made = make_large_tree()
    with tempfile.TemporaryDirectory(prefix="bench-") as data:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "wizard.settings", "DATA_DIR": data}
        django.setup()
        call_command("migrate", verbosity=0)
        # Whoever only wants the tree needs no Django.
        drafts = importlib.import_module("wizard.drafts")
        draft = drafts.restore(made)
        compiled = compile_tree(made, "en")
        case = compiled.scenarios[0]
        answers = answers_of(case.answers)
        found = problems.find_problems(made)
        routes = sum(len(question.routes) for question in made.questions)
        errors = sum(problem.level is problems.Level.ERROR for problem in found)
        print(f"{made.slug}: {len(made.questions)} questions, {routes} routes, {errors} errors")
        print(f"  snapshot of the draft   {_milliseconds(lambda: drafts.snapshot(draft)):9.1f} ms")
        print(
            f"  all checks              {_milliseconds(lambda: problems.find_problems(made)):9.1f} ms"
        )
        print(
            f"  compile, one language   {_milliseconds(lambda: compile_tree(made, 'en')):9.1f} ms"
        )
        print(
            f"  walk of {len(answers):2} answers      {_milliseconds(lambda: engine.walk(compiled, answers)):9.3f} ms"
        )


if __name__ == "__main__":
    main()
