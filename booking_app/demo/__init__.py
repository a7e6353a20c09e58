"""The demo clinic: a busy week behind, three weeks ahead, every status.

Everything is written through the services, each step with the ``now`` at which it would
have happened, so the demo cannot hold a state that the product could not reach. Past and
future mails of the seed are suppressed; nothing is sent for people who do not exist,
but for one last booking whose mail shows what the mailbox page is for.
"""

from datetime import datetime

from booking_app.demo import diary
from booking_app.demo.clinic import CLINIC, SLUG
from booking_app.services import setup


async def seed(*, now: datetime) -> bool:
    """Write the demo clinic around ``now`` unless it is there; tell whether it was written."""
    if await setup.is_set_up(slug=SLUG):
        return False
    organization_id = await setup.install_clinic(plan=CLINIC, now=diary.opening(now))
    await diary.fill(organization_id=organization_id, now=now)
    return True
