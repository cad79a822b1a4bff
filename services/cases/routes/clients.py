"""Clients: the person served, how to reach them, and facts about them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.cases.commands import clients as commands
from services.cases.queries import clients as queries
from services.cases.queries import contact
from services.cases.routes.callers import ClientReader, ClientWriter, new_router
from services.cases.schemas import clients as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("clients")


@router.post(
    "/clients",
    status_code=201,
    response_model=schemas.Client,
    operation_id="create_client",
    summary="Put a client on record",
    responses=problems(409),
)
async def create_client(
    new: schemas.NewClient, caller: ClientWriter, db: Db, once: OnlyOnce
) -> Record:
    """409 `possible-duplicate` lists records that may be the same person: look at them, and send
    `not_duplicate_of` with their ids, or `confirm_new`."""
    return await db.run(once, commands.create_client, caller, new)


@router.post(
    "/clients/search",
    response_model=Page[schemas.FoundClient],
    operation_id="search_clients",
    summary="Find clients by name, birth date or phone",
)
async def search_clients(
    asked: schemas.ClientSearch, pages: Pages, caller: ClientReader, db: Db
) -> Record:
    """A POST, so that no name stands in a URL. Ordered by family name."""
    return await db.run(queries.search_clients, caller, asked, pages)


@router.get(
    "/clients/{client_id}",
    response_model=schemas.Client,
    operation_id="get_client",
    summary="Read a client",
    responses=problems(404),
)
async def get_client(client_id: UUID, response: Response, caller: ClientReader, db: Db) -> Record:
    """Seen by whoever sees one of the client's cases."""
    row = await db.run(queries.get_client, caller, client_id)
    tag(response, row["version"])
    return row


@router.get(
    "/clients/{client_id}/how-to-contact",
    response_model=schemas.HowToContact,
    operation_id="how_to_contact",
    summary="How and when may I reach this client?",
    responses=problems(404),
)
async def how_to_contact(
    client_id: UUID,
    caller: ClientReader,
    db: Db,
    purpose: Annotated[schemas.Purpose, Query(description="What for")] = schemas.Purpose.OUTCOME,
) -> Record:
    """What the safe-contact policy says now: the best way, every other way, and the hours."""
    return await db.run(contact.how_to_contact, caller, client_id, purpose)


@router.patch(
    "/clients/{client_id}",
    response_model=schemas.Client,
    operation_id="change_client",
    summary="Change a client's record",
    responses=problems(404, 412, 428),
)
async def change_client(
    client_id: UUID,
    change: schemas.ClientChange,
    response: Response,
    caller: ClientWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """Only the fields that are sent change. `contact` is replaced as a whole."""
    row = await db.run(commands.change_client, caller, client_id, change, version)
    tag(response, row["version"])
    return row


@router.post(
    "/clients/{client_id}/channels",
    status_code=201,
    response_model=schemas.Channel,
    operation_id="add_channel",
    summary="Add a way to reach the client",
    responses=problems(404),
)
async def add_channel(
    client_id: UUID, new: schemas.NewChannel, caller: ClientWriter, db: Db, once: OnlyOnce
) -> Record:
    """Only `safe` ones are ever used or disclosed."""
    return await db.run(once, commands.add_channel, caller, client_id, new)


@router.delete(
    "/clients/{client_id}/channels/{channel_id}",
    status_code=204,
    operation_id="remove_channel",
    summary="Remove a way to reach the client",
    responses=problems(404, 412, 428),
)
async def remove_channel(
    client_id: UUID, channel_id: UUID, caller: ClientWriter, version: ReadVersion, db: Db
) -> None:
    """If-Match is the client's ETag."""
    await db.run(commands.remove_channel, caller, client_id, channel_id, version)


@router.get(
    "/clients/{client_id}/facts",
    response_model=Page[schemas.Fact],
    operation_id="list_facts",
    summary="List the facts on record about a client",
    responses=problems(404),
)
async def list_facts(client_id: UUID, pages: Pages, caller: ClientReader, db: Db) -> Record:
    """Each is of one class of data, which a consent opens or not."""
    return await db.run(queries.list_facts, caller, client_id, pages)


@router.post(
    "/clients/{client_id}/facts",
    status_code=201,
    response_model=schemas.Fact,
    operation_id="add_fact",
    summary="Record a fact about a client",
    responses=problems(404),
)
async def add_fact(
    client_id: UUID, new: schemas.NewFact, caller: ClientWriter, db: Db, once: OnlyOnce
) -> Record:
    """Facts of the encrypted classes are sealed in their column."""
    return await db.run(once, commands.add_fact, caller, client_id, new)


@router.delete(
    "/clients/{client_id}/facts/{fact_id}",
    status_code=204,
    operation_id="remove_fact",
    summary="Remove a fact",
    responses=problems(404, 412, 428),
)
async def remove_fact(
    client_id: UUID, fact_id: UUID, caller: ClientWriter, version: ReadVersion, db: Db
) -> None:
    """If-Match is the fact's version, quoted."""
    await db.run(commands.remove_fact, caller, client_id, fact_id, version)
