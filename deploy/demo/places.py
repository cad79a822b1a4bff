"""Where the story plays: on real listings where they are loaded, else in the starter directory."""

from dataclasses import dataclass

from deploy.demo.telling import Json, NotAsTold, Voice


@dataclass(frozen=True)
class Setting:
    """A town that the directory knows, and what is searched for there."""

    name: str
    latitude: float
    longitude: float
    radius_km: float
    first_question: str
    second_question: str


MIAMI = Setting(
    "Miami, on the listings of the HSDS package that was imported",
    25.774,
    -80.194,
    25,
    "help with rent before landlord evicts my family",
    "food pantry",
)
ALDER = Setting(
    "Alder County, on the starter directory",
    41.6,
    -93.1,
    40,
    "help with rent before landlord evicts my family",
    "food pantry",
)


async def choose(directory: Voice) -> Setting:
    """Miami where its listings are searched already, else the starter directory."""
    for setting in (MIAMI, ALDER):
        found = await near(directory, setting, setting.first_question)
        if len(found) >= 2:
            return setting
    raise NotAsTold("the directory has no two services that help with rent")


async def near(directory: Voice, setting: Setting, question: str) -> list[Json]:
    """Services that take referrals, near the client. A POST: what a client needs stands in no URL."""
    found = await directory.post(
        "/v1/services/search",
        {
            "text": question,
            "near": {"latitude": setting.latitude, "longitude": setting.longitude},
            "radius_km": setting.radius_km,
            "include_unlocated": False,
            "limit": 20,
        },
    )
    return [
        listing
        for listing in found["items"]
        if listing["accepts_referrals"] and listing["organization_id"]
    ]
