"""What each field is for, with an example. Shown under the fields of the editing pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Hint = str | Promise

_TREE = _("The subject that this belongs to, e.g. jiebei.")
_SLUG = _("Name in addresses, e.g. card-limit. Leave it empty: it is made from the English words.")
_POSITION = _("Its place among the others, e.g. 3. Smaller numbers come first.")
_CONTACTS = _("Whom to call or where to look, e.g. police. Shown as buttons under the text.")
_SOURCES = _("What proves the claims, e.g. the text of a law. Shown to visitors with their grade.")
_ENDS = _("Last day of a scheme, e.g. 2026-12-31. Afterwards the page says that it is over.")
_WHEN = _(
    "The choices that must be made, e.g. “Where it stopped = failed”. Two of one question: either "
    "is enough. Of two questions: both are needed. Empty: always."
)
_CHECKED = _("When somebody last looked it up, e.g. 2026-11-23.")
_GRADE = _("How well it is known, e.g. official text. Hearsay is marked as unproven.")

HINTS: Mapping[str, Mapping[str, Hint]] = {
    "tree": {
        "slug": _("Name in addresses, e.g. jiebei. It stays when the tree is published."),
        "title": _("What the tree helps with, e.g. “Jiebei payout failed”."),
        "summary": _("One or two sentences on the home page, e.g. “At most eight questions.”"),
        "position": _("Its place on the home page, e.g. 1. Smaller numbers come first."),
    },
    "question": {
        "tree": _TREE,
        "slug": _SLUG,
        "kind": _("One answer, several ticks, or a number that is typed, e.g. an amount."),
        "position": _("Its place in the list, e.g. 3. The first question starts every walk."),
        "title": _("As you would ask it aloud, e.g. “Where did it stop?”"),
        "short": _("A few words for the list of answers, e.g. “Where it stopped”."),
        "help": _(
            "Why we ask, and where to look. Markdown: **bold**, “- ” for a list; {police} puts "
            "that contact's number here."
        ),
        "unit": _("For a number, e.g. “yuan”."),
        "minimum": _("The smallest number that is taken, e.g. 1."),
        "maximum": _("The largest number that is taken, e.g. 500000."),
    },
    "choice": {
        "position": _POSITION,
        "slug": _SLUG,
        "label": _("The answer as a visitor would say it, e.g. “It was sent back”."),
        "hint": _("Small print under it, e.g. for “not sure”: “Look under 我的 → 银行卡”."),
        "at_least": _("For a number: where this range begins, e.g. 10000. Else leave empty."),
        "exclusive": _("In a tick list: cannot be ticked together with others."),
        "none": _("“None of these”. Excludes the others, and is a button below a long list."),
        "unsure": _("E.g. “I do not know”. Causes stay open with it."),
        "audience": _("E.g. “For my shop”: a business. Filters the other ways to get money."),
    },
    "route": {
        "position": _POSITION,
        "to": _("The question that comes next, e.g. card-class."),
        "when": _WHEN,
        "otherwise": _("Opens only if no other route of this question did."),
    },
    "action": {
        "tree": _TREE,
        "slug": _SLUG,
        "position": _POSITION,
        "theme": _("What kind of step it is, e.g. credit repair."),
        "horizon": _("When to do it, e.g. “today”."),
        "minutes": _("How long it takes, e.g. 10. Leave empty if nobody can say."),
        "answer_days": _(
            "Within so many days the other side must answer the letter, e.g. 20 for an objection. "
            "Only if a source says so; it becomes a date in the visitor's calendar."
        ),
        "general": _("Shown whatever the causes are, e.g. “Change your password”."),
        "title": _("An imperative, e.g. “Call your bank”."),
        "body": _("What to do, step by step. Markdown; {police} puts that number here."),
        "where": _("What to tap, e.g. “我的 → 银行卡 → 限额”."),
        "letter": _(
            "To copy and send, e.g. “My payout of 【amount】 failed on 【date】.” Put 【…】 for "
            "what only the user knows."
        ),
        "ends_on": _ENDS,
        "when": _WHEN,
        "contacts": _CONTACTS,
        "sources": _SOURCES,
    },
    "finding": {
        "tree": _TREE,
        "slug": _SLUG,
        "position": _POSITION,
        "title": _("The cause in a few words, e.g. “Your card is a class II card”."),
        "explanation": _(
            "What it is, in plain words, e.g. “A class II card takes **10,000 yuan** a day.” "
            "Markdown."
        ),
        "differs": _(
            "By which sign it is told from causes that look alike, e.g. “With a frozen card, "
            "nothing arrives at all.” Markdown."
        ),
        "remedy_time": _("One sentence, e.g. “Usually done on the same day.”"),
        "remedy_grade": _("What that rests on, e.g. company documentation."),
        "retry_days": _(
            "After so many days, at the earliest, one may try again, e.g. 30. Only if the sentence "
            "above says so; it becomes a date in the visitor's calendar, marked like the sentence."
        ),
        "avoid": _("A Markdown list, e.g. “- Do not pay anybody to unlock the loan.”"),
        "tell": _(
            "Ready to say or paste, e.g. “My payout of 【amount】 failed.” Put 【…】 for what "
            "only the user knows."
        ),
        "sources": _SOURCES,
        "stopped_at": _(
            "The last station that was reached, e.g. “bank” if the card refuses the money. It is "
            "drawn for visitors. Leave it empty if nobody can say, or if it is a scam."
        ),
        "safety": _("A scam, e.g. a fake customer service: comes before everything else."),
        "fallback": _("The answer when nothing else is found. Each tree has exactly one."),
    },
    "findingaction": {
        "position": _POSITION,
        "action": _("A step that helps with this cause, e.g. call-bank."),
    },
    "evidence": {
        "position": _POSITION,
        "effect": _("One “confirms” is certain, two “suggests” are likely; “rules out” wins."),
        "when": _WHEN,
        "because": _("One sentence to the user, e.g. “You said that the card is class II.”"),
    },
    "alternative": {
        "tree": _TREE,
        "slug": _SLUG,
        "position": _POSITION,
        "name": _("The way to get money, e.g. “Loan of your own bank”."),
        "for_persons": _("Shown to people who borrow for themselves."),
        "for_businesses": _("Shown to people who borrow for a business."),
        "borrowing": _("Off: money without a new debt, e.g. paying a bill later."),
        "within": _("The soonest that it helps, e.g. this week."),
        "who": _("E.g. “Whoever has a salary account there.”"),
        "size": _("E.g. “Up to 200,000 yuan.”"),
        "cost": _("E.g. “About {lpr-1y} a year.” Figures bring their date and mark along."),
        "time": _("E.g. “One to three working days.”"),
        "papers": _("E.g. “Identity card, proof of income.”"),
        "risks": _("E.g. “Each application is noted in your credit report.”"),
        "how": _("Where to begin, e.g. “Ask at the counter of **your bank**.” Markdown."),
        "ends_on": _ENDS,
        "contacts": _CONTACTS,
        "sources": _SOURCES,
    },
    "message": {
        "tree": _TREE,
        "slug": _("A short name, e.g. seen-failed. Leave it empty and it is made."),
        "position": _POSITION,
        "text": _("What the screen or the SMS says, e.g. “放款失败”."),
        "literal": _("Word for word; off: as users tell it."),
        "meaning": _("One sentence, e.g. “The bank has sent the money back.”"),
        "implies": _("Answers filled in for the user, e.g. “Where it stopped = failed”."),
        "finding": _("The cause that it most likely means, e.g. card-limit-class2."),
        "wordings": _("One a line: how people tell the same, e.g. “钱没到账”. For the search."),
        "source": _("Where the text was seen, e.g. a screenshot in a forum."),
    },
    "scenario": {
        "tree": _TREE,
        "slug": _SLUG,
        "position": _POSITION,
        "story": _("Who and what happened, e.g. “A teacher. Her card is class II.”"),
        "answers": _("All answers of the walk, e.g. “Where it stopped = failed”."),
        "actions": _("Actions that the plan must have, e.g. call-bank."),
        "absent_actions": _("Actions that it must not have, e.g. repay-early."),
    },
    "scenariofinding": {
        "position": _POSITION,
        "finding": _("A cause that must come out, in this order, e.g. card-limit-class2."),
    },
    "contact": {
        "slug": _("Texts name it so, e.g. police: {police} puts the number there."),
        "kind": _("A phone number, or a web address."),
        "value": _("E.g. 96110, or https://…"),
        "name": _("E.g. “Anti-fraud hotline”."),
        "purpose": _("When to use it, e.g. “Somebody asked you for a code.”"),
        "hours": _("E.g. “Day and night”."),
        "checked_on": _CHECKED,
        "sources": _SOURCES,
    },
    "figure": {
        "slug": _("Texts name it so, e.g. lpr-1y: {lpr-1y} puts the value there."),
        "name": _("E.g. “1-year LPR”."),
        "value": _("With its unit, e.g. 3.0%. Shown with its date."),
        "as_of": _("The date for which the value is known, e.g. 2026-11-20."),
        "checked_on": _CHECKED,
        "grade": _GRADE,
        "sources": _SOURCES,
    },
    "term": {
        "slug": _SLUG,
        "name": _("The word, e.g. “Class II card”."),
        "meaning": _("One or two short sentences, e.g. “A card with limits for each day.”"),
        "words": _("One a line, in both languages, e.g. “II 类户”: explained where it stands."),
    },
    "source": {
        "slug": _SLUG,
        "title": _("E.g. “Notice on personal bank accounts”."),
        "publisher": _("Who says so, e.g. “People's Bank of China”."),
        "url": _("E.g. https://…. Leave empty for mirrors and advertising: named, not linked."),
        "published_on": _("E.g. 2016-09-30. Leave empty if nobody knows."),
        "checked_on": _CHECKED,
        "grade": _GRADE,
    },
}
