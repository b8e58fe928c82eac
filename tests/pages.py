"""Reading answers of the site the way a person, or htmx, would."""

from bs4 import BeautifulSoup


def page(response):
    """A whole page."""
    return BeautifulSoup(response.content, "lxml")


def fragment(response):
    """A part of a page, without what lxml would put around it."""
    return BeautifulSoup(response.content, "html.parser")
