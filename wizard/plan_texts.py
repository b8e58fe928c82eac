"""A strategy as text for other programs: calendars, letters."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event
from icalendar.enums import CLASS, TRANSP

from wizard import labels, wording
from wizard.tree.compiled import Action, Finding
from wizard.tree.content import PERMANENT_THEMES, Horizon
from wizard.tree.prose import Html
from wizard.tree.strategy import Strategy

LAST_DAYS: dict[Horizon, int] = {
    Horizon.NOW: 0,
    Horizon.TODAY: 0,
    Horizon.WEEK: 7,
    Horizon.MONTH: 30,
    Horizon.QUARTER: 90,
}
"""By then the steps of a horizon should be done."""

MORNING = dt.timedelta(hours=9)
"""When a calendar reminds of what is on a day."""

RULE = "─" * 24


@dataclass(frozen=True)
class _Entry:
    """What stands in the calendar `after` so many days. No two of a plan have the same name."""

    after: int
    name: str
    summary: str
    paragraphs: tuple[str, ...]


def calendar(strategy: Strategy, number: int, begins: dt.date, address: str) -> bytes:
    """The plan's dates as iCalendar (RFC 5545), day 0 being `begins`.

    `number` is the tree's edition, `address` leads back to the page. No answers stand
    in it, but those that the address of a walk holds.
    """
    entries = (*_steps(strategy), *_answers_due(strategy, begins), *_retries(strategy))
    origin = f"{strategy.walk.tree.slug}/{number}/{begins}"
    back = _("The whole plan: %(address)s") % {"address": address}
    if "?" in address:
        back = "\n".join((back, _("Your answers stand in this address.")))
    made = Calendar.new(
        name=_("Payout plan"),
        prodid="-//Payout Wizard//EN",
        uid=uuid.uuid5(uuid.NAMESPACE_URL, origin),
        subcomponents=(
            _event(entry, origin, begins, address, back)
            for entry in sorted(entries, key=lambda entry: entry.after)
        ),
    )
    return bytes(made.to_ical())


def _event(entry: _Entry, origin: str, begins: dt.date, address: str, back: str) -> Event:
    event = Event.new(
        # The same plan of the same day replaces itself where it is taken in twice.
        uid=uuid.uuid5(uuid.NAMESPACE_URL, f"{origin}/{entry.name}"),
        stamp=dt.datetime.combine(begins, dt.time(), dt.UTC),
        start=begins + dt.timedelta(days=entry.after),
        summary=entry.summary,
        description="\n\n".join((*entry.paragraphs, back)),
        url=address,
        # A reminder occupies nobody, and who shares a calendar shares no money matters.
        transparency=TRANSP.TRANSPARENT,
        classification=CLASS.PRIVATE,
    )
    if entry.after:
        alarm = Alarm.new(description=entry.summary)
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", MORNING)
        event.add_component(alarm)
    return event


def _steps(strategy: Strategy) -> Iterator[_Entry]:
    """One entry for each last day: the main steps in full, others of the plan by title."""
    main = {*strategy.first_actions, *strategy.diagnoses[0].finding.actions}
    by_day: dict[int, list[Action]] = {}
    for action in strategy.actions:
        if action in main or action.theme not in PERMANENT_THEMES:
            by_day.setdefault(LAST_DAYS[action.horizon], []).append(action)
    for day, actions in by_day.items():
        told = [action for action in actions if action in main]
        named = [action for action in actions if action not in main]
        paragraphs = [f"■ {_step(action)}" for action in told]
        if named:
            paragraphs.append("\n".join((_("In full on the page:"), *_titles(named))))
        what = (told or named)[0].title
        if len(actions) > 1:
            what = _("%(title)s, and %(n)d more") % {"title": what, "n": len(actions) - 1}
        said = _("By today: %(what)s") if day else _("Today: %(what)s")
        yield _Entry(day, f"steps-{day}", said % {"what": what}, tuple(paragraphs))


def _answers_due(strategy: Strategy, begins: dt.date) -> Iterator[_Entry]:
    """One entry for each letter that the other side must answer within a time.

    What can go out within the week counts from the first day; a later rung of the
    ladder from the last day on which it should be climbed. Hearsay gives no date.
    """
    for action in strategy.actions:
        if action.answer_days is None or action.unproven:
            continue
        last_day = LAST_DAYS[action.horizon]
        sent = last_day if last_day > LAST_DAYS[Horizon.WEEK] else 0
        counted = _(
            "If it reached them on %(date)s, they must answer within %(days)d days, by today. "
            "If it went out on another day, count from that day and move this entry."
        ) % {"date": begins + dt.timedelta(days=sent), "days": action.answer_days}
        yield _Entry(
            sent + action.answer_days,
            f"answer-{action.slug}",
            _("Answer due if sent on %(date)s: %(title)s")
            % {"date": begins + dt.timedelta(days=sent), "title": action.title},
            (counted, _step(action)),
        )


def _retries(strategy: Strategy) -> Iterator[_Entry]:
    """When to try again at the earliest, the causes of one day together; never after a scam."""
    if strategy.safety:
        return
    by_day: dict[int, list[Finding]] = {}
    for diagnosis in strategy.diagnoses:
        if diagnosis.finding.retry_days is not None:
            by_day.setdefault(diagnosis.finding.retry_days, []).append(diagnosis.finding)
    for day, findings in by_day.items():
        said = _("Try again, not before today: %(causes)s")
        if all(finding.remedy_unproven for finding in findings):
            said = _("Try again, not before today (unproven): %(causes)s")
        yield _Entry(
            day,
            f"retry-{day}",
            said % {"causes": " / ".join(finding.title for finding in findings)},
            tuple(_retry(strategy, finding, day) for finding in findings),
        )


def _retry(strategy: Strategy, finding: Finding, day: int) -> str:
    time = finding.remedy_time
    if finding.remedy_unproven:
        time = f"{time} [{labels.GRADES[finding.remedy_grade]}]"
    lines = [finding.title, time]
    before = [
        action
        for action in strategy.actions
        if action in finding.actions and LAST_DAYS[action.horizon] <= day
    ]
    if before:
        lines += (_("Do this first"), *_titles(before))
    return "\n".join(lines)


def _step(action: Action) -> str:
    """An action with all that one needs to do it."""
    text = _("Its ready text stands on the page.") if action.letter else ""
    parts = (_title(action), action.where, plain(action.body), *_contacts(action), text)
    return "\n".join(filter(None, parts))


def _title(action: Action) -> str:
    mark = f" [{_('reported by users, unproven')}]" if action.unproven else ""
    return f"{action.title}{mark}"


def _titles(actions: Iterable[Action]) -> Iterator[str]:
    return (f"- {_title(action)}" for action in actions)


def _contacts(action: Action) -> Iterator[str]:
    return (f"{contact.name} {contact.value}" for contact in action.contacts)


def letters(strategy: Strategy, begins: dt.date) -> str:
    """Every letter and every script for a call, with what never to disclose."""
    head = (_("Letters, and what to say"), f"{begins}", _("Put your own words where 【…】 stands."))
    sections = ("\n".join(head), *_texts(strategy), str(wording.NEVER_DISCLOSE))
    return f"\n\n{RULE}\n".join(section.strip() for section in sections) + "\n"


def _texts(strategy: Strategy) -> Iterator[str]:
    for action in strategy.actions:
        if action.letter:
            when = _("When: %(when)s") % {"when": labels.HORIZONS[action.horizon]}
            head = (_title(action), when, action.where, *_contacts(action))
            yield "\n".join((*filter(None, head), "", action.letter))
    for diagnosis in strategy.diagnoses:
        if diagnosis.finding.tell:
            said = _("What to say about “%(title)s”") % {"title": diagnosis.finding.title}
            yield f"{said}\n\n{diagnosis.finding.tell}"


def plain(html: Html) -> str:
    """What a reader of `html` sees, one line for each paragraph and item."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(filter(None, (line.rstrip() for line in reader.lines)))


class _Reader(HTMLParser):
    """Reads what `prose` writes."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.next_numbers: list[int | None] = []
        """Of the lists around the present place: the number of the next item; None: a dash."""
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        match tag:
            case "ol":
                self.next_numbers.append(int(given.get("start") or 1))
            case "ul":
                self.next_numbers.append(None)
            case "li":
                self.lines.append(self._bullet())
            case "p" | "br" | "blockquote" if not re.fullmatch(r"\s*(-|\d+\.) ", self.lines[-1]):
                self.lines.append("")
            case "a":
                self.href = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self.next_numbers.pop()
        if tag == "a" and self.href.startswith("http") and self.href not in self.lines[-1]:
            self.lines[-1] += f" ({self.href})"

    def handle_data(self, data: str) -> None:
        text = re.sub("[ \n]+", " ", data)
        if not self.lines[-1] or self.lines[-1].endswith(" "):
            text = text.lstrip(" ")
        self.lines[-1] += text

    def _bullet(self) -> str:
        indent = "  " * (len(self.next_numbers) - 1)
        number = self.next_numbers[-1]
        if number is None:
            return f"{indent}- "
        self.next_numbers[-1] = number + 1
        return f"{indent}{number}. "
