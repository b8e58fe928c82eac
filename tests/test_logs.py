"""What the application writes into its log, and what it must not."""

import logging

import pytest

from wizard.server.logs import WithoutQuery

TOKEN = "t" * 22
SECRET = "s" * 22


def written(message, *arguments):
    """The text of a log record, after the filter."""
    record = logging.LogRecord("django.server", logging.INFO, "", 0, message, arguments, None)

    WithoutQuery().filter(record)

    return record.getMessage()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/en/jiebei/3/?stage=approved", "/en/jiebei/3/"),
        (f"/en/r/{TOKEN}/", "/en/r/…/"),
        (f"/en/r/{TOKEN}/{SECRET}/", "/en/r/…/"),
        (f"/zh-hans/r/{TOKEN}/letters.txt", "/zh-hans/r/…/"),
        (f"/en/r/{TOKEN}/compare/?days=90", "/en/r/…/"),
        (f"/en/r/{TOKEN}/{SECRET[:-1]}", "/en/r/…/"),
        ("/en/r/", "/en/r/"),
        ("/en/other/1/", "/en/other/1/"),
    ],
)
def test_address_in_log_keeps_no_answers_and_no_secrets(address, kept):
    told = written('"%s" %s %s', f"GET {address} HTTP/1.1", "200", "512")

    assert told == f'"GET {kept} HTTP/1.1" 200 512'


def test_address_at_the_end_of_a_log_message_keeps_no_secret():
    told = written("%s: %s", "Internal Server Error", f"/en/r/{TOKEN}/{SECRET}/")

    assert told == "Internal Server Error: /en/r/…/"
