"""What referrals asks of cases and of the directory: with the user's token, or with its own."""

import asyncio
from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import JsonValue

from shared.auth import Principal, authenticate
from shared.http import ServiceClient
from shared.schemas.disclosures import (
    ContactDecision,
    Disclosure,
    DisclosurePreview,
    DisclosureRequest,
    DisclosureStanding,
    Inquiry,
    NewInquiry,
    ReferableNeed,
)
from shared.schemas.listings import FoundListings, ListingStanding

MOST_EXCLUDED = 100
"""As many as the directory takes."""


class CasesClient(ServiceClient):
    name = "cases"

    async def referable(self, need_id: UUID) -> ReferableNeed:
        return await self.get(f"/v1/needs/{need_id}/referable", ReferableNeed)

    async def disclose(self, wanted: DisclosureRequest) -> Disclosure:
        """Judged again at every call: a repeat is refused once the consent is gone."""
        return await self.post("/v1/disclosures", Disclosure, wanted.model_dump(mode="json"))

    async def preview(self, wanted: DisclosureRequest) -> DisclosurePreview:
        """What `disclose` would do now; nothing is recorded."""
        body = wanted.model_dump(mode="json")
        return await self.post("/v1/disclosures/preview", DisclosurePreview, body)

    async def disclosure_standing(
        self, disclosure_id: UUID, organization: UUID
    ) -> DisclosureStanding:
        path = f"/v1/disclosures/{disclosure_id}/standing"
        return await self.get(path, DisclosureStanding, organization_id=str(organization))

    async def create_inquiry(self, new: NewInquiry) -> Inquiry:
        """The same `source_id` again answers the same inquiry."""
        return await self.post("/v1/inquiries", Inquiry, new.model_dump(mode="json"))

    async def contact_decision(self, client_id: UUID, organization: UUID) -> ContactDecision:
        asked = {"organization_id": str(organization), "purpose": "outcome"}
        path = f"/v1/clients/{client_id}/contact-decision"
        return await self.post(path, ContactDecision, asked)


class ResourcesClient(ServiceClient):
    name = "resources"

    async def listing(self, service_id: UUID) -> ListingStanding:
        return await self.get(f"/v1/services/{service_id}/availability", ListingStanding)

    async def listings(self, service_ids: list[UUID]) -> list[ListingStanding]:
        """In the same order; `NotFound` when there is no service of that id."""
        return list(await asyncio.gather(*map(self.listing, service_ids)))

    async def search(
        self, category: str, exclude: Collection[UUID], **asked: JsonValue
    ) -> FoundListings:
        """Listings for a category of need that take referrals, but for those to `exclude`."""
        left_out = sorted(map(str, exclude))[:MOST_EXCLUDED]
        sought = {"taxonomy_codes": [category], "accepting": True, "exclude_ids": left_out}
        found = await self.post("/v1/services/search", FoundListings, {**sought, **asked})
        items = [listing for listing in found.items if listing.id not in exclude]
        return FoundListings(items=items, total=found.total)


Caller = Annotated[Principal, Depends(authenticate)]


async def cases_client(request: Request, caller: Caller) -> CasesClient:
    state = request.app.state
    deadline = state.settings.neighbour_deadline
    return CasesClient(state.http, state.settings.cases_url, caller.token, deadline)


async def own_cases(request: Request) -> CasesClient:
    """cases, asked in this service's own name."""
    state = request.app.state
    token = await state.tokens.get()
    deadline = state.settings.neighbour_deadline
    return CasesClient(state.http, state.settings.cases_url, token, deadline)


async def resources_client(request: Request, caller: Caller) -> ResourcesClient:
    state = request.app.state
    deadline = state.settings.neighbour_deadline
    return ResourcesClient(state.http, state.settings.resources_url, caller.token, deadline)


Cases = Annotated[CasesClient, Depends(cases_client)]
"""cases, asked in the caller's name."""

Resources = Annotated[ResourcesClient, Depends(resources_client)]
