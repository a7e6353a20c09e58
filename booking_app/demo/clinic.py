"""The demo clinic: Marlow Street Clinic, its people and its week. Nobody here is real.

Telephone numbers are from the ranges kept for fiction, addresses end in example.org.
"""

from datetime import date

from booking_app.domain.lifecycle import Modality
from booking_app.dto.setup import ClinicianPlan, ClinicPlan, LocationPlan, TypePlan, WindowPlan

SLUG = "marlow-street"
_SITE = "marlow-street"
_WEEKDAYS = (0, 1, 2, 3, 4)


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


def _hours(
    start: int, end: int, weekdays: tuple[int, ...] = _WEEKDAYS, *, gap: int = 0
) -> WindowPlan:
    return WindowPlan(weekdays, start, end, _SITE, buffer_minutes=gap)


CLINIC = ClinicPlan(
    slug=SLUG,
    name="Marlow Street Clinic",
    phone="01632 960 100",
    contact_email="clinic@example.org",
    timezone="Europe/London",
    reference_prefix="MSC",
    locations=(
        LocationPlan(
            slug=_SITE,
            name="Marlow Street Clinic",
            timezone="Europe/London",
            address="12 Marlow Street, Exampleton",
            postcode="EX1 2AB",
            directions="Two minutes from the bus station. The door is step-free.",
            is_primary=True,
        ),
    ),
    types=(
        TypePlan(
            slug="gp-video",
            name="GP video visit",
            description="Talk to a GP on your phone or computer",
            duration=15,
            modality=Modality.VIDEO,
            locations=(_SITE,),
            slot_step=20,
        ),
        TypePlan(
            slug="gp",
            name="GP visit at the clinic",
            description="See a GP face to face",
            duration=15,
            modality=Modality.IN_PERSON,
            locations=(_SITE,),
            slot_step=20,
        ),
        TypePlan(
            slug="blood-test",
            name="Blood test",
            description="With a nurse or healthcare assistant",
            duration=10,
            modality=Modality.IN_PERSON,
            locations=(_SITE,),
            slot_step=10,
        ),
        TypePlan(
            slug="cervical-screening",
            name="Cervical screening",
            description="With a female nurse",
            duration=20,
            modality=Modality.IN_PERSON,
            locations=(_SITE,),
        ),
        TypePlan(
            slug="physio-first",
            name="Physiotherapy, first visit",
            description="For a new joint, muscle or back problem",
            duration=40,
            modality=Modality.IN_PERSON,
            locations=(_SITE,),
            buffer_after=5,
        ),
    ),
    clinicians=(
        ClinicianPlan(
            slug="amara-osei",
            display_name="Dr Amara Osei",
            short_name="Dr Osei",
            title="GP",
            languages=("English", "Twi"),
            types=("gp-video", "gp"),
            windows=(_hours(_at(8, 40), _at(12)), _hours(_at(13, 40), _at(17), (0, 1, 3))),
        ),
        ClinicianPlan(
            slug="yusuf-demir",
            display_name="Dr Yusuf Demir",
            short_name="Dr Demir",
            title="GP",
            languages=("English", "Turkish"),
            types=("gp-video", "gp"),
            windows=(_hours(_at(14), _at(17), (1, 2, 3)), _hours(_at(9), _at(12, 20), (2, 4))),
        ),
        ClinicianPlan(
            slug="carys-bevan",
            display_name="Dr Carys Bevan",
            short_name="Dr Bevan",
            title="GP",
            languages=("English", "Welsh"),
            types=("gp-video", "gp"),
            windows=(_hours(_at(9), _at(13), (0,)), _hours(_at(18), _at(20), (2,))),
        ),
        ClinicianPlan(
            slug="beth-carrow",
            display_name="Nurse Beth Carrow",
            short_name="Nurse Carrow",
            title="Nurse",
            languages=("English",),
            types=("blood-test", "cervical-screening"),
            windows=(_hours(_at(8, 10), _at(12, 30)),),
        ),
        ClinicianPlan(
            slug="sam-lindqvist",
            display_name="Sam Lindqvist",
            short_name="Sam Lindqvist",
            title="Physiotherapist",
            languages=("English", "Swedish"),
            types=("physio-first",),
            windows=(_hours(_at(9), _at(12, 30), (1, 2, 4)), _hours(_at(13, 30), _at(17), (1, 3))),
        ),
    ),
    texts={
        "emergency": "Call 999 for chest pain, trouble breathing, signs of a stroke or heavy bleeding.",
        "help_hours": "A person answers from 8am to 6:30pm, Monday to Friday.",
        "booking_closed": "Online booking is closed for now.",
        "late_cancel_cost": "There is nothing to pay.",
    },
    cancellation_policy=(
        "You can cancel online at any time before your visit. Less than 24 hours before counts as"
        " a late cancellation. There is nothing to pay."
    ),
)

PEOPLE: tuple[tuple[str, str, date], ...] = (
    ("Priya", "Raman", date(1991, 11, 4)),
    ("Owen", "Prosser", date(1958, 5, 30)),
    ("Tomasz", "Wrona", date(1983, 1, 17)),
    ("Ruth", "Abelson", date(1947, 8, 9)),
    ("Grace", "Mensah", date(1979, 3, 3)),
    ("Leon", "Adeyemi", date(1988, 6, 21)),
    ("Jonah", "Whitlock", date(1995, 2, 14)),
    ("Hanna", "Berg", date(1971, 10, 28)),
    ("Sunita", "Patel", date(1968, 2, 12)),
    ("Eilidh", "Fraser", date(1999, 9, 30)),
    ("Marta", "Kowalczyk", date(1984, 5, 7)),
    ("Abdul Karim", "Noor", date(1957, 1, 19)),
    ("Daniel", "Okafor", date(1990, 12, 25)),
    ("Fatima", "Noor", date(1992, 4, 2)),
    ("Ines", "Duarte", date(1975, 7, 16)),
    ("Kofi", "Boateng", date(1964, 3, 11)),
    ("Ewa", "Zając", date(1986, 12, 1)),
    ("Noor", "Haddad", date(2001, 6, 6)),
    ("Callum", "Reid", date(1980, 9, 19)),
    ("Mei", "Tanaka", date(1993, 11, 23)),
    ("Ada", "Quist", date(1951, 4, 27)),
    ("Sian", "Howell", date(1969, 2, 8)),
    ("Femi", "Ojo", date(1997, 8, 15)),
    ("Rosa", "Marín", date(1943, 1, 5)),
    ("Tim", "Akers", date(1989, 10, 10)),
    ("Lena", "Vogel", date(1978, 5, 24)),
    ("Dev", "Chandra", date(1960, 12, 13)),
)
"""First name, last name, date of birth; e-mail addresses are made from the names."""
