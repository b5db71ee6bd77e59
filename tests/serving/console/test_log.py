"""What the console's process writes to its log: places in the code, never what was said."""

import logging

import pytest

from mhc_serving.console import server

WORDS = "my name is Zephyr Quill"


def fail() -> None:
    raise ValueError(WORDS)


@pytest.fixture
def log() -> logging.Logger:
    made = logging.getLogger("test.console.log")
    made.addFilter(server.without_words)
    return made


def test_an_exception_of_a_page_is_logged_without_its_message(
    log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        fail()
    except ValueError as error:
        log.exception(error)
        log.exception("a page failed")
    assert WORDS not in caplog.text
    assert caplog.text.count("ValueError at test_log.py") == 2


def test_what_is_no_exception_is_logged_as_it_is(log: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    log.warning("the page %s is slow", "/review")
    assert "the page /review is slow" in caplog.text
