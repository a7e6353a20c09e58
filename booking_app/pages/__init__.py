"""The site map: every page, its address, its title and what it loads."""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx
from reflex.event import EventType

from booking_app import routes
from booking_app.i18n import pgettext
from booking_app.pages.demo_mailbox import demo_mailbox_page
from booking_app.pages.patient.book_check import book_check_page
from booking_app.pages.patient.book_details import book_details_page
from booking_app.pages.patient.book_done import book_done_page
from booking_app.pages.patient.book_ended import book_ended_page
from booking_app.pages.patient.book_time import book_time_page
from booking_app.pages.patient.book_type import book_type_page
from booking_app.pages.patient.book_who import book_who_page
from booking_app.pages.patient.cancel import cancel_page, cancelled_page
from booking_app.pages.patient.ends import home_page, link_ended_page, not_found_page
from booking_app.pages.patient.information import accessibility_page, help_page, privacy_page
from booking_app.pages.patient.manage import manage_page
from booking_app.pages.patient.titles import (
    details_title,
    open_step_title,
    step_title,
    time_title,
    title,
    visit_title,
)
from booking_app.state.demo_mailbox import DemoMailboxState
from booking_app.state.patient.book_check import BookCheckState
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.book_ended import BookEndedState
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.book_type import BookTypeState
from booking_app.state.patient.book_who import BookWhoState
from booking_app.state.patient.cancel import CancelState
from booking_app.state.patient.information import InformationState
from booking_app.state.patient.manage import ManageState


@dataclass(frozen=True)
class Page:
    """A page of the site. A public one may be found by search engines, others must not be."""

    route: str
    view: Callable[[], rx.Component]
    title: rx.Var[str]
    on_load: EventType[()]
    is_public: bool = False


def site_map() -> tuple[Page, ...]:
    """Return every page, worded in the language in force."""
    return (*_booking_pages(), *_visit_pages(), *_other_pages())


def register_pages(app: rx.App) -> None:
    """Add every page of the site map to ``app``."""
    for page in site_map():
        app.add_page(
            page.view,
            route=page.route,
            title=page.title,
            on_load=page.on_load,
            meta=[] if page.is_public else [{"name": "robots", "content": "noindex"}],
            context={} if page.is_public else {"sitemap": None},
        )


def _booking_pages() -> tuple[Page, ...]:
    return (
        Page(
            routes.BOOK,
            book_type_page,
            open_step_title(1, pgettext("book.type.h1", "What do you need?")),
            BookTypeState.open_page,
            is_public=True,
        ),
        Page(
            routes.BOOK_WHO,
            book_who_page,
            open_step_title(2, pgettext("book.who.h1", "Who would you like to see?")),
            BookWhoState.open_page,
        ),
        Page(
            routes.BOOK_TIME,
            book_time_page,
            time_title(),
            BookTimeState.open_page,
        ),
        Page(routes.BOOK_DETAILS, book_details_page, details_title(), BookDetailsState.open_page),
        Page(
            routes.BOOK_CHECK,
            book_check_page,
            step_title(5, pgettext("book.check.title", "Check and confirm.")),
            BookCheckState.open_page,
        ),
        Page(
            routes.BOOK_ENDED,
            book_ended_page,
            title(pgettext("hold.ended.h1", "We could not hold your time any longer")),
            BookEndedState.open_page,
        ),
        Page(
            routes.BOOK_DONE,
            book_done_page,
            visit_title(pgettext("done.title", "Appointment confirmed")),
            ManageState.open_done,
        ),
    )


def _visit_pages() -> tuple[Page, ...]:
    return (
        Page(
            routes.MANAGE,
            manage_page,
            visit_title(pgettext("manage.h1", "Your appointment")),
            ManageState.open_page,
        ),
        Page(
            routes.MANAGE_CANCEL,
            cancel_page,
            title(pgettext("cancel.title", "Cancel your appointment")),
            CancelState.open_page,
        ),
        Page(
            routes.MANAGE_CANCELLED,
            cancelled_page,
            title(pgettext("cancel.done.h1", "Your appointment is cancelled")),
            ManageState.open_page,
        ),
        Page(
            routes.LINK_ENDED,
            link_ended_page,
            title(pgettext("manage.ended.h1", "This link has ended")),
            InformationState.open_page,
        ),
    )


def _other_pages() -> tuple[Page, ...]:
    return (
        Page(
            routes.HOME,
            home_page,
            title(pgettext("home.h1", "Book an appointment")),
            InformationState.open_home,
            is_public=True,
        ),
        Page(
            routes.HELP,
            help_page,
            title(pgettext("help.h1", "Help with booking")),
            InformationState.open_page,
            is_public=True,
        ),
        Page(
            routes.PRIVACY,
            privacy_page,
            title(pgettext("privacy.h1", "Privacy")),
            InformationState.open_page,
            is_public=True,
        ),
        Page(
            routes.ACCESSIBILITY,
            accessibility_page,
            title(pgettext("accessibility.h1", "Accessibility")),
            InformationState.open_page,
            is_public=True,
        ),
        Page(
            routes.NOT_FOUND,
            not_found_page,
            title(pgettext("sys.notfound.h1", "Page not found")),
            InformationState.open_page,
        ),
        Page(
            routes.MAILBOX,
            demo_mailbox_page,
            title(pgettext("mailbox.h1", "Mailbox of the demo")),
            DemoMailboxState.open_page,
        ),
    )
