"""The plain-text part of a mail: the same slip and the same words, for those who read text."""

from booking_app.adapters.mail_html import MailFrame, footer_lines


def text_part(frame: MailFrame, body: str) -> str:
    """Return the text of a mail: ``body`` (the filled template) in ``frame``."""
    slip = frame.slip
    day = f"{slip.weekday} {slip.day} {slip.month}"
    when = f"{slip.time}, {slip.how}"
    lines = (
        frame.clinic_name,
        "",
        frame.heading,
        "",
        f"Cancelled: {day}" if slip.is_cancelled else day,
        when,
        f"Reference {slip.reference}",
        "",
        body.strip(),
        "",
        "-- ",
        *footer_lines(frame),
    )
    return "\n".join(lines) + "\n"
