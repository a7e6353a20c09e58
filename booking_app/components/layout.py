"""The frame of every page a patient sees: header, regions that speak, footer."""

import reflex as rx
from reflex.vars import ObjectVar, StringVar

from booking_app import routes
from booking_app.components.connection_banner import connection_banner
from booking_app.components.icons import icon
from booking_app.components.page_manners import page_manners
from booking_app.components.plain_link import plain_link
from booking_app.components.rich_text import fill
from booking_app.dto.clinic import ClinicCard
from booking_app.i18n import language, pgettext

Text = StringVar | str

ALERTS_ID = "alerts"
"""The region that takes the focus when a form or a press meets a problem."""


def patient_frame(
    *children: rx.Component,
    clinic: ObjectVar[ClinicCard],
    say: Text = "",
    strip: rx.Component | None = None,
    bar: rx.Component | None = None,
    held_until: Text = "",
    manners: rx.Component | None = None,
    is_narrow: rx.Var[bool] | bool = False,
) -> rx.Component:
    """Return a page around ``children``.

    ``say`` is what the polite region speaks. ``strip`` stays in view on top, ``bar`` at the
    bottom. The page itself places its ``alert_region``.
    """
    return rx.el.div(
        rx.el.noscript(rx.el.div(_without_script(), class_name="noscript")),
        plain_link(pgettext("frame.skip", "Skip to main content"), href="#main", class_name="skip"),
        _header(clinic),
        strip or rx.fragment(),
        rx.el.main(
            *children,
            id="main",
            tab_index=-1,
            class_name=rx.cond(is_narrow, "page page--mid", "page"),
        ),
        bar or rx.fragment(),
        _footer(clinic),
        rx.el.p(say, role="status", class_name="sr", id="say"),
        connection_banner(held_until),
        manners or page_manners(),
        lang=language(),
        class_name="patient" if bar is None else "patient has-bar",
    )


def alert_region(*alerts: rx.Component) -> rx.Component:
    """Return a page's one region for problems.

    It is there from the start, so that a screen reader hears it fill, and can take the focus.
    """
    return rx.el.div(*alerts, id=ALERTS_ID, role="alert", tab_index=-1, class_name="alerts")


def page_heading(text: rx.Var[str] | str, class_name: str = "") -> rx.Component:
    """Return the heading of a page, which takes the focus when the page is entered."""
    return rx.el.h1(text, id="page-title", tab_index=-1, class_name=class_name)


def phone_link(clinic: ObjectVar[ClinicCard]) -> rx.Component:
    """Return the clinic's number as a link inside a sentence."""
    return plain_link(clinic.phone, href=clinic.phone_href)


def _header(clinic: ObjectVar[ClinicCard]) -> rx.Component:
    call = pgettext("common.call", "Call {clinic_phone}").format(clinic_phone=clinic.phone)
    home = rx.cond(clinic.slug != "", f"{routes.BOOK}?clinic={clinic.slug}", routes.HOME)
    return rx.el.header(
        rx.el.div(
            rx.el.a(
                rx.el.i(clinic.initial, aria_hidden="true"),
                clinic.name,
                href=home,
                aria_label=rx.cond(
                    clinic.name != "", clinic.name, pgettext("frame.start", "Start")
                ),
                class_name="mark",
            ),
            rx.cond(
                clinic.phone != "",
                plain_link(
                    icon("phone"), rx.el.span(call), href=clinic.phone_href, class_name="call"
                ),
            ),
        ),
        class_name="topbar",
    )


def _footer(clinic: ObjectVar[ClinicCard]) -> rx.Component:
    def link(words: str, route: str) -> rx.Component:
        return rx.el.a(
            words, href=rx.cond(clinic.slug != "", f"{route}?clinic={clinic.slug}", route)
        )

    return rx.el.footer(
        rx.el.div(
            link(pgettext("frame.help", "Help with this page"), routes.HELP),
            link(pgettext("frame.privacy", "Privacy"), routes.PRIVACY),
            link(pgettext("frame.accessibility", "Accessibility"), routes.ACCESSIBILITY),
        ),
        class_name="foot noprint",
    )


def _without_script() -> rx.Component:
    """Return what a browser without JavaScript shows. The page was built before any clinic."""
    text = pgettext(
        "frame.no_script",
        "This page needs JavaScript, which is switched off in your browser."
        " You can book by phone instead: {numbers}.",
    )
    numbers = plain_link(pgettext("frame.numbers", "see the telephone number"), href=routes.PHONE)
    return rx.el.p(*fill(text, numbers=numbers))
