"""What the log keeps of a failure, and what the person gets."""

import logging

import pytest
import reflex as rx

from booking_app.web import problems
from booking_app.web.gate import TabSession, handler
from booking_app.web.problems import BrowserReports, FewLines
from tests.state.tab import Tab

SECRET = "Maya Okafor, 14 July 1985"


class FailingState(rx.State):
    @handler("public")
    def fail(self, words: str) -> None:
        try:
            int(words)
        except ValueError as cause:
            msg = f"could not use {words}"
            raise RuntimeError(msg) from cause


def caught() -> Exception:
    try:
        FailingState.fail.fn(None, SECRET)
    except RuntimeError as error:
        return error
    raise AssertionError


def test_the_log_says_where_and_of_what_kind_but_never_with_what(caplog):
    number = problems.report(caught())
    [line] = caplog.messages
    assert number in line
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_problems.py" in line
    assert "fail" in line
    assert SECRET not in caplog.text
    assert caplog.records[0].exc_info is None


async def test_the_tab_whose_handler_failed_is_told_a_number_that_is_in_the_log(caplog):
    async with Tab(survives_failures=True) as tab:
        await tab.send(FailingState.fail, SECRET)
        number = (await tab.state(TabSession)).problem_id
        assert len(number) == 8
        assert number in caplog.text
        assert tab.was_sent(number)
        assert not tab.was_sent(SECRET)
        assert SECRET not in caplog.text
        await tab.send(TabSession.dismiss_problem)
        assert (await tab.state(TabSession)).problem_id == ""


def test_numbers_are_not_given_twice():
    assert len({problems.report(caught()) for _ in range(50)}) == 50


def test_a_browsers_report_is_one_short_line(caplog):
    caplog.set_level(logging.WARNING)
    BrowserReports().write("TypeError: x\n\x1b[31m ERROR forged line\r\n" + "y" * 5_000)
    [line] = caplog.messages
    assert len(line) < 600
    assert line.isprintable()


def test_browsers_cannot_fill_the_log(caplog, monkeypatch: pytest.MonkeyPatch):
    now = 1_000.0
    monkeypatch.setattr(problems.time, "monotonic", lambda: now)
    reports = BrowserReports(per_minute=3)
    for _ in range(500):
        reports.write("again")
    assert len(caplog.messages) == 4
    assert "left out" in caplog.messages[-1]
    now += 61
    reports.write("later")
    assert len(caplog.messages) == 5


def test_what_clients_make_reflex_say_cannot_fill_the_log(caplog):
    chatty = logging.getLogger("chatty")
    chatty.addFilter(FewLines(per_minute=3))
    for _ in range(500):
        chatty.warning("a client of another version")
    assert len(caplog.messages) == 3
