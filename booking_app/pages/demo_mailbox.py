"""The demo's mailbox page: a list of caught mails, each opening as its reader would see it."""

import reflex as rx
from reflex.vars import ObjectVar

from booking_app.components.actions import action_list
from booking_app.components.icons import icon
from booking_app.components.layout import page_heading
from booking_app.components.plain_link import plain_link
from booking_app.dto.mailbox import MailRow
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.state.demo_mailbox import DemoMailboxState


def demo_mailbox_page() -> rx.Component:
    """Show what would have been mailed; there is such a page in the demo only."""
    return framed(
        alerts(),
        page_heading(pgettext("mailbox.h1", "Mailbox of the demo")),
        rx.el.p(
            pgettext(
                "mailbox.lead",
                "No mail server is set up, so mails are kept here instead of being sent. New ones"
                " appear by themselves.",
            ),
            class_name="lead mt-3",
        ),
        rx.cond(
            DemoMailboxState.mails.length() > 0,
            rx.el.div(
                action_list(rx.foreach(DemoMailboxState.mails, _mail_row)), class_name="mt-6"
            ),
            rx.cond(
                DemoMailboxState.is_loaded,
                rx.el.p(
                    pgettext("mailbox.empty", "No mail has been written yet."), class_name="mt-6"
                ),
                rx.fragment(),
            ),
        ),
        is_narrow=True,
    )


def _mail_row(mail: ObjectVar[MailRow]) -> rx.Component:
    about = pgettext("mailbox.row", "To {recipient}, {caught}").format(
        recipient=mail.recipient, caught=mail.caught
    )
    return rx.el.li(
        plain_link(
            icon("mail"),
            rx.el.span(rx.el.b(mail.subject), rx.el.small(about)),
            icon("chevron-right", "i go"),
            href=mail.path,
            class_name="act",
        ),
        key=mail.uid,
    )
