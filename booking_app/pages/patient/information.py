"""Help, privacy and accessibility: short pages that say what is true of this product."""

import reflex as rx

from booking_app.components.layout import page_heading, phone_link
from booking_app.components.rich_text import Part, fill
from booking_app.components.steps import back_link
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.information import InformationState


def help_page() -> rx.Component:
    """Say how booking works, and whom to ask."""
    return _page(
        pgettext("help.h1", "Help with booking"),
        _section(
            pgettext("help.choosing", "Which appointment to choose"),
            pgettext(
                "help.choosing.p",
                "Read the line under each kind of appointment. If none fits, or you are not sure,"
                " call us and we will choose together.",
            ),
            element_id="choosing",
        ),
        _section(
            pgettext("help.hold", "How long we keep a time for you"),
            pgettext(
                "help.hold.p",
                "When you choose Continue on a time, nobody else can take it while you fill in"
                " your details. The page shows how long it is kept, and you can ask for more time"
                " when it runs low. If it runs out, everything you typed is kept, and you can hold"
                " the same time again if it is still free.",
            ),
        ),
        _section(
            pgettext("help.email", "If no email arrives"),
            pgettext(
                "help.email.p",
                "It can take a few minutes. Look in your spam folder too. If it does not come,"
                " call us: your appointment is booked as soon as the page says so.",
            ),
        ),
        _section(
            pgettext("help.change", "To change or cancel"),
            pgettext(
                "help.change.p",
                "Open the link in your confirmation email. It shows your appointment, and what you"
                " can do online. To move to another day, please call us.",
            ),
        ),
        _ask_us(),
    )


def privacy_page() -> rx.Component:
    """Say what is kept, for how long, and who sees it."""
    return _page(
        pgettext("privacy.h1", "Privacy"),
        _section(
            pgettext("privacy.what", "What we keep"),
            pgettext(
                "privacy.what.p",
                "Your name, date of birth, email address, telephone number if you give one, what"
                " you would like help with, the help you need at the visit, and your appointment."
                " The clinic uses them to find your record, to see you, and to send you messages"
                " about this appointment. Every change to an appointment is recorded.",
            ),
        ),
        _section(
            pgettext("privacy.typed", "What you type before you book"),
            pgettext(
                "privacy.typed.p",
                "It is saved on the clinic's server as you type, so that nothing is lost. If you"
                " do not book, it is erased 24 hours after your held time ends. You can erase it at"
                " once with “Clear this form and start again”. For the moments before it is saved,"
                " a copy is kept in this browser tab.",
            ),
        ),
        _section(
            pgettext("privacy.cookies", "Cookies"),
            pgettext(
                "privacy.cookies.p",
                "Two, both needed for booking: one tells your browser from others, so that a time"
                " can be held for you; one says which time zone your device is in. There are no"
                " advertising or statistics cookies, and the pages load nothing from other"
                " companies.",
            ),
        ),
        _section(
            pgettext("privacy.link", "The link in your email"),
            pgettext(
                "privacy.link.p",
                "Whoever has the link can see and cancel that one appointment, so keep it to"
                " yourself. It stops working some weeks after the visit.",
            ),
        ),
        _section(
            pgettext("privacy.who", "Whom to ask"),
            pgettext(
                "privacy.who.p",
                "The clinic is responsible for your information. Ask it what it holds about you,"
                " to correct it, or how long medical records are kept.",
            ),
        ),
        _ask_us(),
    )


def accessibility_page() -> rx.Component:
    """Say what these pages can do for whom, and what they cannot yet."""
    return _page(
        pgettext("accessibility.h1", "Accessibility"),
        _section(
            pgettext("accessibility.aim", "What you can expect"),
            pgettext(
                "accessibility.aim.p",
                "These pages are made to meet the Web Content Accessibility Guidelines 2.2 at"
                " level AA. You can book with a keyboard alone, with a screen reader, at 400%"
                " zoom, in dark or high contrast colours, and with as many extensions of your"
                " held time as you are likely to need.",
            ),
        ),
        _section(
            pgettext("accessibility.limits", "What does not work yet"),
            pgettext(
                "accessibility.limits.p",
                "The pages need JavaScript. They are in English only. They have been tested with"
                " automatic checks and with the keyboard, not yet by people who use screen readers"
                " every day.",
            ),
        ),
        _section(
            pgettext("accessibility.tell", "Tell us"),
            pgettext(
                "accessibility.tell.p",
                "If something does not work for you, call us. We will book for you, and we want to"
                " know what was in the way.",
            ),
        ),
        _ask_us(),
    )


def _page(heading: str, *sections: rx.Component) -> rx.Component:
    return framed(
        alerts(),
        back_link(InformationState.start, pgettext("information.back", "Book an appointment")),
        page_heading(heading, "mb-3"),
        *sections,
        is_narrow=True,
    )


def _section(heading: str, *words: Part, element_id: str = "") -> rx.Component:
    return rx.el.section(
        rx.el.h2(heading, class_name="mt-7 mb-2"),
        rx.el.p(*words),
        **({"id": element_id, "tab_index": -1} if element_id else {}),
    )


def _ask_us() -> rx.Component:
    clinic = FrameState.clinic
    call = pgettext("information.call", "Call us on {phone}.")
    return rx.cond(
        clinic.phone != "",
        rx.el.p(*fill(call, phone=phone_link(clinic)), " ", clinic.help_hours, class_name="mt-7"),
    )
