"""kill -9 of real processes at the worst moments: the need moves exactly once, every time."""

import httpx
import pytest

from deploy.demo.story import Provider
from deploy.demo.telling import Voice, until
from tests.processes import Town
from tests.teller import Teller, Waiting

TIMES = 50


@pytest.fixture(scope="module")
async def teller(town: Town) -> Teller:
    return Teller(town, lambda _: None)


@pytest.fixture(scope="module")
async def pantry(teller: Teller) -> Provider:
    return await teller.prepare()


async def client_says_yes(town: Town, waiting: Waiting) -> httpx.Response:
    async with town.client("referrals", "case_manager") as client:
        return await client.post(
            f"/v1/referrals/{waiting.referral['id']}/client-answer",
            json={"answer": "yes", "channel": "phone"},
            headers={"Idempotency-Key": f"answer-{waiting.referral['id']}"},
        )


async def moved_once(town: Town, waiting: Waiting) -> None:
    cases = Voice(town.client("cases", "case_manager"))
    need = await until(
        lambda: cases.get(f"/v1/needs/{waiting.need['id']}"),
        lambda now: bool(now["status"] == "met"),
        "a need that is met",
    )
    assert need["version"] == waiting.need["version"] + 1


@pytest.mark.timeout(600)
async def test_the_producer_dies_after_its_commit(
    town: Town, teller: Teller, pantry: Provider
) -> None:
    for _ in range(TIMES):
        waiting = await teller.waiting(pantry)
        await town.kill("referrals api")
        await town.start("referrals", "api", crash="after_publish")
        with pytest.raises(httpx.HTTPError):
            await client_says_yes(town, waiting)
        await town.dies("referrals api")
        await town.start("referrals", "api")
        again = await client_says_yes(town, waiting)
        assert again.status_code == 200, again.text
        assert again.json()["status"] == "closed"
        await moved_once(town, waiting)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("crash", ["before_commit", "after_commit"])
async def test_the_consumer_dies_around_its_commit(
    town: Town, teller: Teller, pantry: Provider, crash: str
) -> None:
    for _ in range(TIMES):
        waiting = await teller.waiting(pantry)
        await town.kill("cases worker")
        await town.start("cases", "worker", crash=crash)
        answered = await client_says_yes(town, waiting)
        assert answered.status_code == 200, answered.text
        await town.dies("cases worker")
        await town.start("cases", "worker")
        await moved_once(town, waiting)
