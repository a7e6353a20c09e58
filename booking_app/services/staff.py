"""Members of staff: who they are and what they may do."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email

from booking_app.adapters import passwords
from booking_app.db.queries import records
from booking_app.db.queries import staff as queries
from booking_app.db.session import transaction, uninterrupted
from booking_app.domain.actors import System
from booking_app.setup_problem import SetupProblem

ROLES = ("admin", "manager", "front_desk", "clinician", "billing")
MIN_PASSWORD = 12
MAX_PASSWORD = 128


class UserRefused(SetupProblem):
    """This person cannot be added so; the message says what to change."""


@uninterrupted
async def create_user(
    *, clinic: str, email: str, name: str, role: str, password: str, now: datetime
) -> int:
    """Add somebody who can sign in, and return the user's key.

    ``clinic`` is a slug; empty means the only clinic of the installation.

    Raises:
        UserRefused: the clinic is unknown or not named, the address is taken or not one,
            the role does not exist, the name is empty, or the password is too short or long.
    """
    address = _checked_address(email)
    _require_sane(name, role, password)
    password_hash = await passwords.hash_password(password)
    async with transaction() as tx:
        organization_id = _chosen(await queries.list_clinics(tx), clinic)
        norm = address.casefold()
        if await queries.find_user(tx, organization_id=organization_id, email_norm=norm):
            msg = f"{address} is a user of this clinic already."
            raise UserRefused(msg)
        user_id = await queries.insert_user(
            tx,
            organization_id=organization_id,
            email=address,
            email_norm=norm,
            display_name=name.strip(),
            password_hash=password_hash,
            role=role,
            now=now,
        )
        await records.append_audit(
            tx,
            organization_id=organization_id,
            actor=System("command line"),
            action="user.created",
            entity="user",
            entity_uid=str(user_id),
            before={},
            after={"role": role},
            reason=None,
            channel="command_line",
            now=now,
        )
    return user_id


def _chosen(clinics: dict[str, int], slug: str) -> int:
    if slug in clinics:
        return clinics[slug]
    if slug:
        msg = f"There is no clinic called {slug!r}."
    elif len(clinics) == 1:
        return next(iter(clinics.values()))
    elif clinics:
        msg = f"Say which clinic with --clinic: {', '.join(sorted(clinics))}."
    else:
        msg = "There is no clinic yet; `booking demo` writes one to try."
    raise UserRefused(msg)


def _checked_address(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as refusal:
        msg = f"{email} is no email address: {refusal}"
        raise UserRefused(msg) from None


def _require_sane(name: str, role: str, password: str) -> None:
    if not name.strip():
        msg = "A name is needed: colleagues see it."
        raise UserRefused(msg)
    if role not in ROLES:
        msg = f"The role must be one of {', '.join(ROLES)}."
        raise UserRefused(msg)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        msg = f"The password must have {MIN_PASSWORD} to {MAX_PASSWORD} characters."
        raise UserRefused(msg)
