"""Names of what can change. A topic carries no data; whoever listens reads again.

Topics are built from ids that never reach a browser.
"""


def diary(resource_id: int) -> str:
    """Busy time of one resource changed, or a hold on it ended."""
    return f"diary:{resource_id}"


def appointment(appointment_uid: str) -> str:
    """Something about one appointment changed."""
    return f"appointment:{appointment_uid}"


def visitor(session_key: str) -> str:
    """The hold, the draft or the grants of one visitor session changed."""
    return f"visitor:{session_key}"


def clinic(organization_id: int) -> str:
    """Anything staff of one organisation may see changed."""
    return f"clinic:{organization_id}"


def holds() -> str:
    """A hold was made, extended or ended somewhere; the next expiry may be another."""
    return "holds"


def mailbox(organization_id: int) -> str:
    """A mail was caught for the mailbox page."""
    return f"mailbox:{organization_id}"
