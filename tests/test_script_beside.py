"""The start's shortcut has to name the very scripts that the build linked."""

import pytest

from booking_app.components.draft_form import DraftForm
from booking_app.components.hold_strip import HoldStrip
from booking_app.components.script_beside import script_beside


@pytest.mark.parametrize("component", [HoldStrip, DraftForm])
def test_a_server_names_a_script_as_the_build_did(component: type, monkeypatch: pytest.MonkeyPatch):
    built = component.get_fields()["library"].default
    name = built.rpartition("/")[2]
    assert name.endswith(".jsx")
    monkeypatch.setenv("__REFLEX_SKIP_COMPILE", "true")
    assert script_beside(component.__module__, name) == built
