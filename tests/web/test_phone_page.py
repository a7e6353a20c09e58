"""Without JavaScript there is still a way to book."""

import httpx
import pytest
from sqlalchemy import update
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from booking_app import routes
from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import Organization
from booking_app.web.layers import ENDPOINTS
from booking_app.web.own_routes import OwnRoutes
from tests.factories import a_clinic

pytestmark = pytest.mark.usefixtures("database")


async def nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("not here", 404)(scope, receive, send)


async def phone_page() -> httpx.Response:
    transport = httpx.ASGITransport(OwnRoutes(nothing_else, ENDPOINTS))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(routes.PHONE)


async def test_the_page_says_each_clinic_and_its_number():
    clinic = await a_clinic()
    async with transaction() as tx:
        await tx.execute(
            update(core(Organization))
            .where(core(Organization).c.id == clinic.organization_id)
            .values(name="Rose & Crown <Clinic>", phone="01632 960 100")
        )
    answer = await phone_page()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "Rose &amp; Crown &lt;Clinic&gt;" in answer.text
    assert '<a href="tel:+441632960100">01632 960 100</a>' in answer.text
