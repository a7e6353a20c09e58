"""With what a handler may be called."""

import pytest

from tests.state.tab import Tab
from tests.web.gated import STATE, calls


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"number": "7"},
        {"number": 7.0},
        {"number": True},
        {"number": None},
        {"number": {"a": 1}},
        {"number": [7]},
        {"number": 7, "share": "0.5"},
        {"number": 7, "share": float("nan")},
        {"number": 7, "share": float("inf")},
        {"number": 7, "is_sure": 1},
        {"number": 7, "is_sure": "true"},
        {"number": 7, "more": 1},
        {"number": 7, "self": {}},
        {"self": 7},
        {"number": 10**400},
        {"number": -(2**63)},
    ],
)
async def test_arguments_of_another_shape_are_refused(payload):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.count", payload)
        assert await calls(tab) == []


async def test_arguments_of_the_right_shape_arrive_as_they_were_sent():
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.count", {"number": 7, "share": 1, "is_sure": True})
        await tab.send_raw(f"{STATE}.count", {"number": 8})
        assert await calls(tab) == [(7, 1, True), (8, 0.5, False)]


@pytest.mark.parametrize(
    "day",
    [
        "a\0b",
        "\ud800",
        "x" * 4001,
        ["2026-03-02"],
        {"2026": 1},
        3,
        None,
        {"__reflex_form_data__": []},
    ],
)
async def test_text_that_cannot_be_stored_or_is_no_text_is_refused(day):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.look", {"day": day})
        assert await calls(tab) == []


@pytest.mark.parametrize(
    "keys", ["abc", [1], [["a"]], [None], ["x"] * 101, {"0": "a"}, ["a" * 4001]]
)
async def test_a_list_of_texts_is_just_that(keys):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.pick", {"keys": keys})
        assert await calls(tab) == []


FORM = "__reflex_form_data__"


@pytest.mark.parametrize(
    "form",
    [
        None,
        "first_name=Ada",
        [],
        {},
        {"first_name": 1},
        {"first_name": "Ada", "is_staff": "on"},
        {"first_name": "Ada", "needs": "step-free"},
        {"first_name": "Ada", "needs": [1]},
        {FORM: [["first_name", "Ada"], ["first_name", "Bea"]]},
        {FORM: [["first_name", "Ada"], ["is_staff", "on"]]},
        {FORM: [["first_name", {"a": 1}]]},
        {FORM: [["first_name"]]},
        {FORM: "first_name"},
        {FORM: {"first_name": "Ada"}},
        {FORM: [["first_name", "Ada"]], "first_name": "Ada"},
        {FORM: [["needs", "step-free"]]},
    ],
)
async def test_a_form_with_other_fields_than_it_has_is_refused(form):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.save", {"form_data": form})
        assert await calls(tab) == []


async def test_a_form_arrives_as_its_fields():
    entries = [
        ["first_name", "Ada"],
        ["needs", "step-free"],
        ["needs", "sign"],
        ["reminders", "on"],
    ]
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.save", {"form_data": {FORM: entries}})
        await tab.send_raw(f"{STATE}.save", {"form_data": {FORM: entries[:1]}})
        await tab.send_raw(f"{STATE}.save", {"form_data": {"first_name": "Ada"}})
        assert await calls(tab) == [
            {"first_name": "Ada", "needs": ["step-free", "sign"], "reminders": True},
            {"first_name": "Ada", "needs": [], "reminders": False},
            {"first_name": "Ada"},
        ]
