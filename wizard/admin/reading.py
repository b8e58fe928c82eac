"""All of a draft on paper, both languages side by side, for somebody who knows the subject."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import linebreaksbr
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override
from msgspec import structs

from wizard import drafts, labels, wording
from wizard.admin.pages import frame, tree_page
from wizard.admin.tree_map import LOOKS, look
from wizard.models import Tree
from wizard.tree import compiled, content
from wizard.tree.compiled import compile_tree
from wizard.tree.languages import LANGUAGES


@dataclass(frozen=True)
class SheetRow:
    """One thing said of a part, in each language."""

    label: str
    cells: tuple[tuple[str, SafeString], ...]


@dataclass(frozen=True)
class Sheet:
    """One part of the tree: its heading in the languages that differ, and all that is said of it.

    Headings and cells are pairs of a language and what stands there.
    """

    anchor: str
    slug: str
    kind: str
    heading: str
    others: tuple[tuple[str, str], ...]
    rows: tuple[SheetRow, ...]


@tree_page("read")
def read(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Every question, finding, action, alternative and message of the draft."""
    reader = Reader(drafts.snapshot(tree))
    sections = [
        ("questions", _("Questions"), [reader.question(q) for q in reader.tree.questions]),
        ("findings", _("Findings"), [reader.finding(f) for f in reader.tree.findings]),
        ("actions", _("Actions"), [reader.action(a) for a in reader.tree.actions]),
        ("alternatives", _("Alternatives"), reader.alternatives()),
        ("messages", _("Messages"), [reader.message(m) for m in reader.tree.messages]),
    ]
    context = frame(
        request,
        tree,
        "read",
        _("Read everything: %(tree)s") % {"tree": tree},
        summaries=[(side.language, side.tree.title, side.tree.summary) for side in reader.sides],
        sections=[
            {"anchor": anchor, "title": title, "sheets": sheets}
            for anchor, title, sheets in sections
            if sheets
        ],
    )
    return render(request, "admin/wizard/tree/read.html", context)


class InLanguage:
    """The tree in one language. Its parts are found by slug."""

    def __init__(self, tree: content.Tree, language: str) -> None:
        self.language = language
        # A compiled tree keeps general actions and those that findings list: here all are read.
        everywhere = tuple(structs.replace(action, general=True) for action in tree.actions)
        self.tree = compile_tree(structs.replace(tree, actions=everywhere), language)
        self.raw_questions = {question.slug: question for question in tree.questions}
        self.questions = self.tree.questions
        self.findings = {finding.slug: finding for finding in self.tree.findings}
        self.alternatives = {a.slug: a for a in self.tree.alternatives}
        self.messages = {message.slug: message for message in self.tree.messages}
        self.actions = {action.slug: action for action in self.tree.general_actions}

    def condition(self, when: content.Condition) -> str:
        return wording.condition(when, self.raw_questions, self.language)

    def route(self, route: content.Route) -> str:
        to = self.questions.get(route.to)
        when = _("otherwise") if route.otherwise else self.condition(route.when)
        return f"{when} → {(to.title if to else '') or route.to}"

    def evidence(self, raw: content.Evidence, because: str) -> SafeString:
        words = (labels.EFFECTS[raw.effect], self.condition(raw.when), because)
        return format_html("<strong>{}</strong> {}: {}", *words)


Say = Callable[[InLanguage], str] | str
"""What stands in a cell of each language; a string stands in all of them."""


class Reader:
    """Puts the parts of one draft on sheets."""

    def __init__(self, tree: content.Tree) -> None:
        self.tree = tree
        self.sides = [InLanguage(tree, language) for language in LANGUAGES]

    def sheet(
        self,
        part: content.Question
        | content.Finding
        | content.Action
        | content.Alternative
        | content.Message,
        kind: str,
        heading: Say,
        rows: Iterable[tuple[str, Say]],
    ) -> Sheet:
        """`rows` without a word in either language are left out."""
        written = [SheetRow(label, self.cells(say)) for label, say in rows]
        first, *others = [(side.language, _said(heading, side)) for side in self.sides]
        return Sheet(
            anchor=f"{type(part).__name__.lower()}-{part.slug}",
            slug=part.slug,
            kind=kind,
            heading=first[1],
            others=tuple(other for other in others if other[1] not in ("", first[1])),
            rows=tuple(row for row in written if any(said for _, said in row.cells)),
        )

    def cells(self, say: Say) -> tuple[tuple[str, SafeString], ...]:
        cells = []
        for side in self.sides:
            with override(side.language):
                cells.append((side.language, _cell(_said(say, side))))
        return tuple(cells)

    def question(self, raw: content.Question) -> Sheet:
        slug = raw.slug
        return self.sheet(
            raw,
            str(LOOKS[raw.kind]),
            lambda side: side.questions[slug].title,
            [
                (_("Short"), lambda side: side.questions[slug].short),
                (_("Help"), lambda side: side.questions[slug].help),
                (_("Unit"), lambda side: side.questions[slug].unit),
                (_("Choices"), lambda side: _bullets(map(_choice, side.questions[slug].choices))),
                (_("Then"), lambda side: _bullets(side.route(route) for route in raw.routes)),
            ],
        )

    def finding(self, raw: content.Finding) -> Sheet:
        slug = raw.slug

        def evidence(side: InLanguage) -> SafeString:
            both = zip(raw.evidence, side.findings[slug].evidence, strict=True)
            return _bullets(side.evidence(said, shown.because) for said, shown in both)

        return self.sheet(
            raw,
            str(LOOKS[look(raw)]),
            lambda side: side.findings[slug].title,
            [
                (_("Evidence"), evidence),
                (_("Explanation"), lambda side: side.findings[slug].explanation),
                (_("How it differs"), lambda side: side.findings[slug].differs),
                (_("How long it takes"), lambda side: _remedy(side.findings[slug])),
                (_("Days until trying again"), str(raw.retry_days or "")),
                (
                    _("Where the money stopped"),
                    str(labels.STATIONS[raw.stopped_at]) if raw.stopped_at else "",
                ),
                (_("What to avoid"), lambda side: side.findings[slug].avoid),
                (_("What to tell the platform"), lambda side: side.findings[slug].tell),
                (
                    _("Actions"),
                    lambda side: _bullets(action.title for action in side.findings[slug].actions),
                ),
                (_("Sources"), lambda side: _sources(side.findings[slug].sources)),
            ],
        )

    def action(self, raw: content.Action) -> Sheet:
        slug = raw.slug
        kind = [str(labels.THEMES[raw.theme]), str(labels.HORIZONS[raw.horizon])]
        if raw.general:
            kind.append(_("general"))
        return self.sheet(
            raw,
            " · ".join(kind),
            lambda side: side.actions[slug].title,
            [
                (_("For whom"), lambda side: side.condition(raw.when)),
                (_("Where"), lambda side: side.actions[slug].where),
                (_("Text"), lambda side: side.actions[slug].body),
                (_("Minutes"), str(raw.minutes or "")),
                (_("Letter"), lambda side: side.actions[slug].letter),
                (_("Days to answer"), str(raw.answer_days or "")),
                (_("Ends on"), str(raw.ends_on or "")),
                (_("Contacts"), lambda side: _contacts(side.actions[slug].contacts)),
                (_("Sources"), lambda side: _sources(side.actions[slug].sources)),
            ],
        )

    def alternatives(self) -> list[Sheet]:
        return [self.alternative(raw) for raw in self.tree.alternatives]

    def alternative(self, raw: content.Alternative) -> Sheet:
        slug = raw.slug
        return self.sheet(
            raw,
            " · ".join(str(labels.AUDIENCES[audience]) for audience in raw.audiences),
            lambda side: side.alternatives[slug].name,
            [
                (_("Who can get it"), lambda side: side.alternatives[slug].who),
                (_("How much"), lambda side: side.alternatives[slug].size),
                (_("Cost"), lambda side: side.alternatives[slug].cost),
                (_("Time"), lambda side: side.alternatives[slug].time),
                (_("Papers"), lambda side: side.alternatives[slug].papers),
                (_("Risks"), lambda side: side.alternatives[slug].risks),
                (_("First step"), lambda side: side.alternatives[slug].how),
                (_("Ends on"), str(raw.ends_on or "")),
                (_("Contacts"), lambda side: _contacts(side.alternatives[slug].contacts)),
                (_("Sources"), lambda side: _sources(side.alternatives[slug].sources)),
            ],
        )

    def message(self, raw: content.Message) -> Sheet:
        def finding(side: InLanguage) -> str:
            meant = side.findings.get(raw.finding or "")
            return meant.title if meant else raw.finding or ""

        return self.sheet(
            raw,
            _("word for word") if raw.literal else _("as users tell it"),
            raw.text,
            [
                (_("Meaning"), lambda side: side.messages[raw.slug].meaning),
                (_("Finding"), finding),
                (_("Implies"), lambda side: side.condition(raw.implies) if raw.implies else ""),
                (_("Also told as"), _bullets(raw.wordings)),
            ],
        )


def _said(say: Say, side: InLanguage) -> str:
    return say if isinstance(say, str) else say(side)


def _cell(text: str) -> SafeString:
    """Rendered prose as it stands, plain text with its lines kept."""
    safe = hasattr(text, "__html__")
    return conditional_escape(text) if safe else linebreaksbr(text, autoescape=True)


def _bullets(items: Iterable[str]) -> SafeString:
    listed = format_html_join("", "<li>{}</li>", ((item,) for item in items))
    return format_html("<ul>{}</ul>", listed) if listed else listed


def _choice(choice: compiled.Choice) -> SafeString:
    notes = [
        f"≥ {choice.at_least}" if choice.at_least is not None else "",
        _("not sure") if choice.unsure else "",
        _("only alone") if choice.exclusive and not choice.unsure else "",
    ]
    said = ", ".join(note for note in notes if note)
    label = format_html("{} ({})", choice.label, said) if said else format_html("{}", choice.label)
    return format_html("{}<br><small>{}</small>", label, choice.hint) if choice.hint else label


def _remedy(finding: compiled.Finding) -> str:
    return f"{finding.remedy_time} ({labels.GRADES[finding.remedy_grade]})"


def _sources(sources: Iterable[compiled.Source]) -> SafeString:
    return _bullets(
        f"{source.title}, {source.publisher} ({labels.GRADES[source.grade]}, {source.checked_on})"
        for source in sources
    )


def _contacts(contacts: Iterable[compiled.Contact]) -> SafeString:
    return _bullets(f"{contact.name}: {contact.value}" for contact in contacts)
