"""The form whose typed text is never lost."""

from typing import Any

import reflex as rx
from reflex_base.event import FORM_SUBMIT_MAPPING

from booking_app.components.script_beside import script_beside


def _fields_spec(fields: rx.Var[FORM_SUBMIT_MAPPING]) -> tuple[rx.Var[FORM_SUBMIT_MAPPING]]:
    return (fields,)


class DraftForm(rx.Component):
    """A form that saves what is typed while it is typed (draft_form.jsx).

    ``saved`` is what the server has, by field name; lists for check boxes. It is believed
    only while ``is_loaded``. ``on_save`` gets the fields that changed, ``on_send`` all of
    them. ``storage_key`` tells apart the drafts of two clinics in one tab.
    """

    library = script_beside(__name__, "draft_form.jsx")
    tag = "DraftForm"

    saved: rx.Var[dict[str, Any]]
    is_loaded: rx.Var[bool]
    storage_key: rx.Var[str]
    on_save: rx.EventHandler[_fields_spec]
    on_send: rx.EventHandler[_fields_spec]


def draft_form(*children: rx.Component, **props: Any) -> rx.Component:
    """Return a form around ``children``; see DraftForm for ``props``."""
    return DraftForm.create(*children, **props)
