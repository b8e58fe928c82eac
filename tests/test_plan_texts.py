"""A strategy taken along: dates for a calendar, letters as text."""

import datetime as dt

import msgspec
import pytest
import vobject
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from tests.editions import make_edition
from tests.test_fixture_paths import BUSINESS
from tests.trees import (
    LAW,
    make_action,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard import editions, plan_texts, results, wording
from wizard.models import Action, Result
from wizard.tree import content
from wizard.tree.compiled import compile_tree
from wizard.tree.content import Grade, Horizon, Text, Theme
from wizard.tree.engine import walk
from wizard.tree.prose import Html
from wizard.tree.strategy import advise

BEGINS = dt.date(2026, 11, 24)
ADDRESS = "https://example.org/en/r/a1B2/"
ANSWERS = {"colour": ["azure"], "timber": ["birch"]}
LETTER = "To 【lender】, desk 2; a, b\n\nPlease answer.\\ Thanks 【name】"


def make_dated_tree(**fields):
    """Two causes; an action for every horizon, two letters with a time to answer."""
    told = Text(zh_hans="停，等\n\n1. 甲\n2. 乙", en="Stop, wait; *now*")
    actions = [
        msgspec.structs.replace(make_action("stop"), body=told),
        make_action("look", horizon=Horizon.TODAY, where=text("Me → Cards")),
        make_action("complain", horizon=Horizon.WEEK, letter=text(LETTER), answer_days=15),
        make_action("collect", horizon=Horizon.WEEK, contacts=("police",)),
        make_action("climb", horizon=Horizon.MONTH, answer_days=30),
        make_action("settle", horizon=Horizon.QUARTER),
        make_action(
            "object",
            theme=Theme.CREDIT_REPAIR,
            horizon=Horizon.WEEK,
            letter=text("An objection"),
            answer_days=20,
        ),
    ]
    limit = {"retry_days": 3, "remedy_grade": Grade.OFFICIAL, "tell": text("Call and say this")}
    returned = {"retry_days": 30, "remedy_grade": Grade.USERS}
    return make_tree(
        [
            make_question("colour", ("amber", "azure"), ["timber"]),
            make_question("timber", ("birch", "alder")),
        ],
        [
            make_finding(
                "limit",
                [make_evidence("confirms", {"colour": ("azure",)})],
                ["stop", "look", "complain", "climb", "object"],
                **limit | fields,
            ),
            make_finding(
                "returned",
                [make_evidence("suggests", {"timber": ("birch",)})],
                ["collect", "settle"],
                **returned,
            ),
        ],
        actions,
        slug="dated",
    )


def strategy(language="en", **fields):
    return advise(walk(compile_tree(make_dated_tree(**fields), language), ANSWERS))


def calendar(language="en", address=ADDRESS, **fields):
    with override(language):
        return plan_texts.calendar(strategy(language, **fields), 1, BEGINS, address)


def events(body):
    """Summary and day of each entry, as icalendar reads them."""
    return [(str(e["summary"]), e["dtstart"].dt) for e in Calendar.from_ical(body).walk("VEVENT")]


def description(body, beginning):
    """What the entry says whose summary begins so."""
    found = [
        str(e["description"])
        for e in Calendar.from_ical(body).walk("VEVENT")
        if e["summary"].startswith(beginning)
    ]
    assert len(found) == 1
    return found[0]


# Dates


def test_calendar_has_a_day_for_each_horizon_answer_and_next_try():
    assert events(calendar()) == [
        ("Today: stop, and 1 more", dt.date(2026, 11, 24)),
        ("Try again, not before today: limit", dt.date(2026, 11, 27)),
        ("By today: complain, and 2 more", dt.date(2026, 12, 1)),
        ("Answer due if sent on 2026-11-24: complain", dt.date(2026, 12, 9)),
        ("Answer due if sent on 2026-11-24: object", dt.date(2026, 12, 14)),
        ("By today: climb", dt.date(2026, 12, 24)),
        (
            "Try again, not before today (unproven): returned",
            dt.date(2026, 12, 24),
        ),
        # Climbed on the last day of its month.
        ("Answer due if sent on 2026-12-24: climb", dt.date(2027, 1, 23)),
        ("By today: settle", dt.date(2027, 2, 22)),
    ]


def test_second_library_reads_the_same():
    body = calendar()

    read = vobject.readOne(body.decode())

    assert read.version.value == "2.0"
    assert read.x_wr_calname.value == "Payout plan"
    assert not hasattr(read, "method")
    assert [(e.summary.value, e.dtstart.value) for e in read.vevent_list] == events(body)
    assert {e.url.value for e in read.vevent_list} == {ADDRESS}


def test_days_are_whole_and_keep_nobody_busy():
    for event in Calendar.from_ical(calendar()).walk("VEVENT"):
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert (event["transp"], event["class"]) == ("TRANSPARENT", "PRIVATE")


def test_reminder_comes_at_nine_in_the_morning_of_later_days():
    first, *later = Calendar.from_ical(calendar()).walk("VEVENT")

    assert first.walk("VALARM") == []
    for event in later:
        (alarm,) = event.walk("VALARM")
        assert (alarm["action"], alarm["trigger"].dt) == ("DISPLAY", dt.timedelta(hours=9))


def test_same_plan_of_the_same_day_keeps_its_identities():
    def uids(**fields):
        return [str(e["uid"]) for e in Calendar.from_ical(calendar(**fields)).walk("VEVENT")]

    assert len(set(uids())) == len(uids())
    assert uids() == uids(language="zh-hans") == uids(address="https://example.org/elsewhere/")


def test_lines_are_folded_between_characters():
    body = calendar("zh-hans")

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert "停，等\n1. 甲\n2. 乙" in description(body, "今天：stop")


def test_texts_are_in_the_language_of_the_page():
    due = "如在 2026-11-24 寄出，今天应有答复：object（中文）"

    assert (due, dt.date(2026, 12, 14)) in events(calendar("zh-hans"))


def test_commas_and_new_lines_come_through():
    read = vobject.readOne(calendar().decode())

    told = read.vevent_list[0].description.value
    assert told.split("\n\n") == [
        "■ stop\nStop, wait; now",
        "■ look\nMe → Cards\nlook",
        f"The whole plan: {ADDRESS}",
    ]


def test_steps_against_other_causes_are_named_only():
    assert description(calendar(), "By today: complain").split("\n\n")[:3] == [
        "■ complain\ncomplain\nIts ready text stands on the page.",
        "■ object\nobject\nIts ready text stands on the page.",
        "In full on the page:\n- collect",
    ]


def test_due_answer_says_from_when_it_counts():
    told = description(calendar(), "Answer due if sent on 2026-11-24: object")

    assert told.startswith(
        "If it reached them on 2026-11-24, they must answer within 20 days, by today."
    )


def test_hearsay_time_is_marked_wherever_it_stands():
    body = calendar(retry_days=3, remedy_grade=Grade.UNPROVEN)

    marked = "Try again, not before today (unproven): "
    assert description(body, f"{marked}limit").split("\n\n")[0] == (
        "limit\na day [commonly said, unproven]\nDo this first\n- stop\n- look"
    )
    assert description(body, f"{marked}returned").split("\n\n")[0] == (
        "returned\na day [reported by users, unproven]\nDo this first\n- collect"
    )


def test_causes_of_one_day_stand_together():
    summaries = [summary for summary, _ in events(calendar(retry_days=30))]

    assert "Try again, not before today: limit / returned" in summaries


def test_answer_that_is_due_by_hearsay_only_has_no_date():
    hearsay = msgspec.structs.replace(LAW, slug="hearsay", grade=Grade.USERS)
    tree = make_tree(
        [make_question("colour", ("amber", "azure"))],
        actions=[make_action("ask", general=True, answer_days=7, sources=("hearsay",))],
        sources=(LAW, hearsay),
    )
    plan = advise(walk(compile_tree(tree, "en"), {"colour": ["azure"]}))

    with override("en"):
        body = plan_texts.calendar(plan, 1, BEGINS, ADDRESS)

    assert events(body) == [("Today: ask", BEGINS)]
    assert "ask [reported by users, unproven]" in description(body, "Today")


def test_after_a_scam_nobody_is_told_to_try_again():
    assert not [summary for summary, _ in events(calendar(safety=True)) if "Try" in summary]


def test_plan_without_times_has_steps_only():
    tree = make_tree([make_question("colour", ("amber", "azure"))])
    plan = advise(walk(compile_tree(tree, "en"), {"colour": ["azure"]}))

    assert events(plan_texts.calendar(plan, 1, BEGINS, ADDRESS)) == []


@pytest.mark.parametrize("days", [0, 3651])
def test_time_that_no_calendar_needs_is_refused(days):
    with pytest.raises(ValidationError) as refused:
        Action(answer_days=days).clean_fields()
    assert "answer_days" in refused.value.message_dict

    with pytest.raises(msgspec.ValidationError, match="retry_days"):
        content.decode(content.encode(make_dated_tree(retry_days=days)))


# Letters


def test_letters_hold_every_letter_and_script():
    with override("en"):
        told = plan_texts.letters(strategy(), BEGINS)
        never = f"{wording.NEVER_DISCLOSE}\n"

    rule = f"\n\n{plan_texts.RULE}\n"
    assert told.split(rule) == [
        "Letters, and what to say\n2026-11-24\nPut your own words where 【…】 stands.",
        f"complain\nWhen: This week\n\n{LETTER}",
        "object\nWhen: This week\n\nAn objection",
        "What to say about “limit”\n\nCall and say this",
        never,
    ]


# Text


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>one <strong>two</strong> three</p>\n<p>four</p>", "one two three\nfour"),
        ("<p>one\ntwo<br>\nthree</p>", "one two\nthree"),
        ("<ul>\n<li>one</li>\n<li>\n<p>two</p>\n</li>\n</ul>", "- one\n- two"),
        ('<ol start="3">\n<li>one<ul>\n<li>two</li>\n</ul>\n</li>\n<li>three</li>\n</ol>',
         "3. one\n  - two\n4. three"),
        ("<blockquote>\n<p>one &amp; two</p>\n</blockquote>", "one & two"),
        ('<p>Call <a href="tel:110">110</a>.</p>', "Call 110."),
        ('<p><a href="https://a.org/">the site</a>, ok</p>', "the site (https://a.org/), ok"),
        ('<p><a href="https://a.org/">https://a.org/</a></p>', "https://a.org/"),
        ("", ""),
    ],
)  # fmt: skip
def test_plain_text_of_prose(html, seen):
    assert plan_texts.plain(Html(html)) == seen


# Files


@pytest.fixture
def dated():
    make_edition(make_dated_tree())


def make_result(*, hidden):
    """The token of a result made a week ago."""
    made = results.make("dated", 1, ANSWERS, days=90, hides_answers=hidden)
    Result.objects.update(made_on=BEGINS)
    return made.token


@pytest.mark.django_db
def test_files_of_a_walk_begin_today(client, dated):
    calendar = client.get("/en/dated/1/calendar.ics?colour=azure&timber=birch")
    letters = client.get("/en/dated/1/letters.txt?colour=azure&timber=birch")

    assert calendar["Content-Type"] == "text/calendar; charset=utf-8"
    assert calendar["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert events(calendar.content)[0] == ("Today: stop, and 1 more", timezone.localdate())
    assert "Your answers stand in this address." in description(calendar.content, "Today")
    assert letters["Content-Type"] == "text/plain; charset=utf-8"
    assert str(timezone.localdate()) in letters.content.decode()


@pytest.mark.django_db
def test_file_of_an_unfinished_walk_leads_to_its_question(client, dated):
    response = client.get("/en/dated/1/calendar.ics?colour=azure")

    assert (response.status_code, response["Location"]) == (302, "/en/dated/1/?colour=azure")


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("name", ["calendar.ics", "letters.txt"])
def test_files_of_a_result_hold_no_answers(client, dated, hidden, name):
    token = make_result(hidden=hidden)

    response = client.get(f"/en/r/{token}/{name}")

    assert response["Cache-Control"] == "no-store"
    told = response.content.decode().replace("\r\n ", "")
    assert "2026-11-24" in told
    for word in ("colour", "azure", "timber", "birch", "because of"):
        assert word not in told


@pytest.mark.django_db
def test_file_of_a_result_counts_from_the_day_it_was_made(client, dated):
    body = client.get(f"/en/r/{make_result(hidden=True)}/calendar.ics").content

    assert events(body) == events(calendar())


# The article's case


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_article_case_has_its_dates_and_all_its_letters(language):
    plan = advise(walk(editions.get("jiebei", 1, language), BUSINESS))

    with override(language):
        body = plan_texts.calendar(plan, 1, BEGINS, ADDRESS)
        letters = plan_texts.letters(plan, BEGINS)

    days = {day for _summary, day in events(body)}
    after = {(day - BEGINS).days for day in days}
    assert after == {0, 7, 15, 30, 90}
    assert len(vobject.readOne(body.decode()).vevent_list) == len(events(body))
    for action in plan.actions:
        assert action.letter.strip() in letters
    for diagnosis in plan.diagnoses:
        assert diagnosis.finding.tell.strip() in letters
