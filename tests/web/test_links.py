"""The addresses people are given, and what is behind them, over plain HTTP."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from booking_app.web import visitor_cookie
from tests.support.server import LiveServer
from tests.web.intruders import Scene, fingerprints

COUNTING = {"visitor_session", "rate_counter", "manage_link", "visitor_grant", "audit_event"}


@pytest.fixture
async def browser(clinic_server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=clinic_server.url) as client:
        yield client


@pytest.mark.requirement("S2-2")
async def test_a_clinics_address_leads_to_its_first_step(browser, scene: Scene):
    for ask in (browser.get, browser.head):
        answer = await ask(f"/book/{scene.clinic.slug}")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/book?clinic={scene.clinic.slug}"


@pytest.mark.requirement("S2-2")
async def test_what_was_chosen_beforehand_is_kept_and_nothing_else(browser, scene: Scene):
    answer = await browser.get(
        f"/book/{scene.clinic.slug}",
        params={
            "type": "check-up",
            "clinician": "dr-1",
            "location": "main",
            "clinic": "evil",
            "next": "//evil.example",
            "day": "2026-03-02",
        },
    )
    wanted = f"/book?clinic={scene.clinic.slug}&type=check-up&clinician=dr-1&location=main"
    assert answer.headers["location"] == wanted
    too_long = await browser.get(f"/book/{scene.clinic.slug}", params={"type": "x" * 101})
    assert too_long.headers["location"] == f"/book?clinic={scene.clinic.slug}"


async def test_values_stay_values(browser, scene: Scene):
    answer = await browser.get(f"/book/{scene.clinic.slug}?type=a%26clinic%3Db%0d%0aX-Evil:1")
    assert answer.headers["location"].endswith("&type=a%26clinic%3Db%0D%0AX-Evil%3A1")
    assert "x-evil" not in answer.headers


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "slug", ["nobody", "HARBOUR", "%00", "..%2fhelp", "x" * 300, "%f0%9f%a6%86"]
)
async def test_an_unknown_clinic_is_no_page(browser, scene: Scene, slug: str):
    for ask in (browser.get, browser.head):
        answer = await ask(f"/book/{slug}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


async def test_where_an_answer_leads_does_not_depend_on_the_host_that_was_asked(
    browser, scene: Scene
):
    for path in (f"/book/{scene.clinic.slug}", f"/m/{scene.victim.link}", "/m/nothing"):
        answer = await browser.get(path, headers={"Host": "evil.example"})
        assert answer.headers["location"].startswith("/")
        assert "evil" not in answer.headers["location"]


@pytest.mark.requirement("S0-1")
async def test_the_link_from_a_mail_opens_the_visit_in_that_browser(browser, scene: Scene):
    answer = await browser.get(f"/m/{scene.victim.link}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/manage?a={scene.victim.appointment.uid}"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith(f"{visitor_cookie.cookie_name()}=")
    assert "HttpOnly" in cookie
    file = await browser.get(f"/calendar/{scene.victim.appointment.uid}.ics")
    assert file.status_code == 200
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="appointment.ics"'
    assert file.headers["cache-control"] == "no-store"
    assert b"BEGIN:VEVENT" in file.content
    assert scene.victim.link.encode() not in file.content
    probe = await browser.head(f"/calendar/{scene.victim.appointment.uid}.ics")
    assert (probe.status_code, probe.content) == (200, b"")


@pytest.mark.requirement("S0-1")
async def test_a_second_link_opens_beside_the_first(browser, scene: Scene):
    await browser.get(f"/m/{scene.victim.link}")
    again = await browser.get(f"/m/{scene.victim.link}/")  # as some mail programs write it
    assert again.headers["location"] == f"/manage?a={scene.victim.appointment.uid}"
    assert "set-cookie" not in again.headers


@pytest.mark.requirement("S0-1")
async def test_all_links_that_open_nothing_end_alike(browser, scene: Scene):
    answers = [
        await browser.get(f"/m/{token}")
        for token in (
            "nothing",
            scene.victim.link[:-1],
            f"{scene.victim.link}x",
            f"{scene.victim.link}/more",
            "%25",
            "x" * 150,
            "x" * 3000,
        )
    ]
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {"/link-ended"}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert (await browser.get("/link-ended")).status_code == 404


@pytest.mark.requirement("S0-4")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
async def test_what_is_fetched_ahead_opens_nothing_and_counts_nothing(browser, scene, headers):
    before = await fingerprints()
    for token in (scene.victim.link, "nothing"):
        answer = await browser.get(f"/m/{token}", headers=headers)
        assert answer.status_code == 503
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert await fingerprints() == before


@pytest.mark.requirement("S0-4")
async def test_looking_whether_a_link_is_there_opens_nothing_and_counts_nothing(browser, scene):
    before = await fingerprints()
    answers = [await browser.head(f"/m/{token}") for token in (scene.victim.link, "nothing")]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("location" in answer.headers for answer in answers)
    assert await fingerprints() == before


@pytest.mark.requirement("S0-4")
async def test_opening_a_link_changes_nothing_of_the_visit(browser, scene):
    before = await fingerprints()
    for _ in range(3):
        await browser.get(f"/m/{scene.victim.link}")
    after = await fingerprints()
    for table in before.keys() - COUNTING:
        assert after[table] == before[table], table


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_is_done_by_other_methods(browser, scene, method: str):
    before = await fingerprints()
    for path in (f"/m/{scene.victim.link}", f"/book/{scene.clinic.slug}", "/healthz"):
        answer = await browser.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
    assert await fingerprints() == before


@pytest.mark.requirement("S0-1")
async def test_a_visit_is_no_file_for_those_who_may_not_see_it(clinic_server, scene: Scene):
    names = (scene.victim.appointment.uid, str(uuid4()), "1", "..%2f1", "%00")
    for cookie in scene.intruders.values():
        async with httpx.AsyncClient(
            base_url=clinic_server.url, cookies={visitor_cookie.cookie_name(): cookie}
        ) as intruder:
            answers = [await intruder.get(f"/calendar/{name}.ics") for name in names]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers[:3]}) == 1
        assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.requirement("S0-1")
async def test_who_tries_many_links_has_to_wait_and_is_told_so(clinic_server, scene: Scene):
    transport = httpx.AsyncHTTPTransport(local_address="127.9.9.9")
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{clinic_server.port}", transport=transport
    ) as guessing:
        for number in range(20):
            answer = await guessing.get(f"/m/guess-{number}")
            assert answer.headers["location"] == "/link-ended"
        answer = await guessing.get("/m/guess-21")
        right = await guessing.get(f"/m/{scene.victim.link}")
    assert right.headers["location"] == f"/manage?a={scene.victim.appointment.uid}"
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Please wait" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


async def test_the_secret_of_a_link_is_in_no_log(clinic_server, browser, scene: Scene):
    for path in (f"/m/{scene.victim.link}", f"/m/{scene.victim.link}/x", "/m/damaged-secret"):
        await browser.get(path)
        await browser.post(path)
    said = clinic_server.output()
    assert scene.victim.link not in said
    assert "damaged-secret" not in said


async def test_a_watchdog_is_told_whether_the_database_answers(browser, clinic_server):
    for ask in (browser.get, browser.head):
        answer = await ask("/healthz")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
    assert (await browser.get("/healthz")).text == "ok"
