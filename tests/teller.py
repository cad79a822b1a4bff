"""The people of the demo's story, who bring referrals to where something is to be seen."""

import secrets
from dataclasses import dataclass

from deploy.demo.places import ALDER
from deploy.demo.story import Provider, Story
from deploy.demo.telling import Json


@dataclass
class Waiting:
    """A referral that waits for somebody, and the need it is for, as they were last seen."""

    referral: Json
    need: Json


class Teller(Story):
    """The story's people, who bring one referral after another to where the client is asked."""

    async def prepare(self) -> Provider:
        found = await self.directory.post(
            "/v1/services/search", {"text": ALDER.second_question, "limit": 20}
        )
        listing = next(x for x in found["items"] if x["accepts_referrals"] and x["organization_id"])
        return await self.provider(listing)

    async def sent(self, pantry: Provider) -> Waiting:
        """A new client's referral, which waits for the provider."""
        name = {"given_name": "Bo", "family_name": secrets.token_hex(6), "confirm_new": True}
        client = await self.cases.post("/v1/clients", name)
        case = await self.cases.post("/v1/cases", {"client_id": client["id"]})
        await self.cases.post(f"/v1/cases/{case['id']}/open", {})
        need = await self.cases.post(f"/v1/cases/{case['id']}/needs", {"category": "food"})
        await self.consent(case, [pantry])
        draft = {
            "need_id": need["id"],
            "service_id": pantry.listing["id"],
            "receiver_id": pantry.receiver_id,
            "classes": ["identity", "contact"],
        }
        referral = await self.referrals.post("/v1/referrals", draft)
        await self.referrals.post(f"/v1/referrals/{referral['id']}/send", {})
        return Waiting(referral, need)

    async def waiting(self, pantry: Provider) -> Waiting:
        """A referral that was reported as served, which waits for the client's word."""
        new = await self.sent(pantry)
        await self.serve(pantry, new.referral, "A parcel")
        return Waiting(new.referral, await self.need_becomes(new.need, "addressed"))
