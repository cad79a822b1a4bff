"""Organization, staff, teams and supervision lines."""

from uuid import UUID

from fastapi import Response

from services.cases.commands import agreements
from services.cases.commands import people as commands
from services.cases.queries import people as queries
from services.cases.routes.callers import Admin, Anyone, new_router
from services.cases.schemas import people as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("people")


@router.get(
    "/organization",
    response_model=schemas.Organization,
    operation_id="get_organization",
    summary="Read my organization",
)
async def get_organization(response: Response, _: Anyone, db: Db) -> Record:
    """The organization that the token speaks for."""
    row = await db.run(queries.organization)
    tag(response, row["version"])
    return row


@router.put(
    "/organization",
    response_model=schemas.Organization,
    operation_id="change_organization",
    summary="Name my organization",
    responses=problems(412, 428),
)
async def change_organization(
    change: schemas.OrganizationChange, caller: Admin, version: ReadVersion, db: Db
) -> Record:
    """Send the ETag that was read as If-Match."""
    return await db.run(commands.change_organization, caller, change, version)


@router.get(
    "/staff",
    response_model=Page[schemas.Staff],
    operation_id="list_staff",
    summary="List the staff",
)
async def list_staff(pages: Pages, _: Anyone, db: Db) -> Record:
    """Everybody whose token was seen, by name."""
    return await db.run(queries.list_staff, pages)


@router.get(
    "/staff/me",
    response_model=schemas.Staff,
    operation_id="get_me",
    summary="Read my own record",
)
async def get_me(response: Response, caller: Anyone, db: Db) -> Record:
    """The caller as the organization knows them: teams and supervisors as of today."""
    row = await db.run(queries.me, caller)
    tag(response, row["version"])
    return row


@router.get(
    "/staff/{staff_id}",
    response_model=schemas.Staff,
    operation_id="get_staff",
    summary="Read a member of staff",
    responses=problems(404),
)
async def get_staff(staff_id: UUID, response: Response, _: Anyone, db: Db) -> Record:
    """Their roles, teams and supervisors as of today."""
    row = await db.run(queries.staff, staff_id)
    tag(response, row["version"])
    return row


@router.put(
    "/staff/{staff_id}",
    response_model=schemas.Staff,
    operation_id="change_staff",
    summary="Set a member of staff's teams, or retire them",
    responses=problems(404, 409, 412, 428),
)
async def change_staff(
    staff_id: UUID, change: schemas.StaffChange, _: Admin, version: ReadVersion, db: Db
) -> Record:
    """Roles come from the token and are not set here. Who still owns a case cannot be retired."""
    return await db.run(commands.change_staff, staff_id, change, version)


@router.get(
    "/teams",
    response_model=Page[schemas.Team],
    operation_id="list_teams",
    summary="List the teams",
)
async def list_teams(pages: Pages, _: Anyone, db: Db) -> Record:
    """Teams with their members, by name."""
    return await db.run(queries.list_teams, pages)


@router.post(
    "/teams",
    status_code=201,
    response_model=schemas.Team,
    operation_id="create_team",
    summary="Make a team",
    responses=problems(409),
)
async def create_team(new: schemas.NewTeam, _: Admin, db: Db, once: OnlyOnce) -> Record:
    """Its name is its own within the organization."""
    return await db.run(once, commands.create_team, new)


@router.get(
    "/teams/{team_id}",
    response_model=schemas.Team,
    operation_id="get_team",
    summary="Read a team",
    responses=problems(404),
)
async def get_team(team_id: UUID, response: Response, _: Anyone, db: Db) -> Record:
    """A team with its members."""
    row = await db.run(queries.team, team_id)
    tag(response, row["version"])
    return row


@router.put(
    "/teams/{team_id}/members",
    response_model=schemas.Team,
    operation_id="set_team_members",
    summary="Say who is on a team",
    responses=problems(404, 412, 428),
)
async def set_team_members(
    team_id: UUID, members: schemas.Members, _: Admin, version: ReadVersion, db: Db
) -> Record:
    """Replaces the members. Who leaves a team no longer sees its cases."""
    return await db.run(commands.set_members, team_id, members, version)


@router.get(
    "/supervision-lines",
    response_model=Page[schemas.SupervisionLine],
    operation_id="list_supervision_lines",
    summary="List who supervises whom since when",
)
async def list_supervision_lines(pages: Pages, _: Anyone, db: Db) -> Record:
    """All lines, past and future ones too."""
    return await db.run(queries.list_lines, pages)


@router.post(
    "/supervision-lines",
    status_code=201,
    response_model=schemas.SupervisionLine,
    operation_id="add_supervision_line",
    summary="Say who supervises somebody",
)
async def add_supervision_line(
    new: schemas.NewSupervisionLine, caller: Admin, db: Db, once: OnlyOnce
) -> Record:
    """Effective-dated: it may begin or end on a day to come."""
    return await db.run(once, commands.add_line, caller, new)


@router.post(
    "/supervision-lines/{line_id}/end",
    response_model=schemas.SupervisionLine,
    operation_id="end_supervision_line",
    summary="End a supervision line",
    responses=problems(404),
)
async def end_supervision_line(
    line_id: UUID, end: schemas.LineEnd, caller: Admin, db: Db, once: OnlyOnce
) -> Record:
    """The line stays on record with its dates."""
    return await db.run(once, commands.end_line, caller, line_id, end)


@router.get(
    "/agreements",
    response_model=Page[schemas.Agreement],
    operation_id="list_agreements",
    summary="List the partners we have an agreement with",
)
async def list_agreements(pages: Pages, _: Anyone, db: Db) -> Record:
    """Past ones too."""
    return await db.run(queries.list_agreements, pages)


@router.post(
    "/agreements",
    status_code=201,
    response_model=schemas.Agreement,
    operation_id="add_agreement",
    summary="Record an agreement with a partner",
)
async def add_agreement(new: schemas.NewAgreement, _: Admin, db: Db, once: OnlyOnce) -> Record:
    """A consent may name "any organization with an agreement in force" as its recipient."""
    return await db.run(once, agreements.add_agreement, new)


@router.get(
    "/agreements/{agreement_id}",
    response_model=schemas.Agreement,
    operation_id="get_agreement",
    summary="Read an agreement",
    responses=problems(404),
)
async def get_agreement(agreement_id: UUID, response: Response, _: Anyone, db: Db) -> Record:
    """With a partner, from one day to another."""
    row = await db.run(queries.agreement, agreement_id)
    tag(response, row["version"])
    return row


@router.put(
    "/agreements/{agreement_id}",
    response_model=schemas.Agreement,
    operation_id="change_agreement",
    summary="End or extend an agreement",
    responses=problems(404, 412, 428),
)
async def change_agreement(
    agreement_id: UUID,
    change: schemas.AgreementChange,
    response: Response,
    _: Admin,
    version: ReadVersion,
    db: Db,
) -> Record:
    """Where a partner has agreements and none is in force, nothing new is disclosed to it; what was
    disclosed before stands. 30 and 7 days before the end a task asks whether to renew."""
    row = await db.run(agreements.change_agreement, agreement_id, change, version)
    tag(response, row["version"])
    return row
