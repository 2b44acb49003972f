"""What tests of pages share: a whole page with a masthead and an article, into which parts are put."""

import pytest

from transforms.core.page import read_page

BODY = (
    "The ferry to Brume left the harbour on Tuesday with forty people on board, the first since the storm of Friday.",
    "Its captain said that the waves had fallen in the night, while the wind stayed strong until the dawn of the day.",
    "Nobody was hurt in the storm, the mayor said, but eleven boats were thrown on the rocks and will be scrapped.",
    "The next one leaves at noon. Tickets are sold in the hall of the station, where people have queued since Monday.",
    "The owners of the lost boats will meet the insurers, who have not yet said how much of the damage they will pay.",
)


def _page_of(
    *,
    title="Ferry leaves again",
    head="",
    masthead="<header><nav><a href=/>Home</a> <a href=/sea>Sea</a></nav></header>",
    before="",
    behind="",
    body=BODY,
    after="",
    language="en",
    url="",  # noqa: ARG001  that of the page, for who reads it
):
    """The page as HTML; `before` and `behind` stand around the headline, `after` behind the article."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    article = f"<main><article><div>{before}<h1>{title}</h1>{behind}</div>{paragraphs}</article></main>"
    document = f"<html lang={language}><head><title>{title}</title>{head}</head><body>{masthead}{article}{after}</body>"
    return document + "</html>"


@pytest.fixture(scope="session")
def page_of():
    """Makes a page."""
    return _page_of


@pytest.fixture(scope="session")
def read():
    """Reads a page to its item."""
    return lambda html, url="": read_page(html.encode(), origin="page.html", url=url)
