"""From the answer that a referral ended well, to the need that is met in the other service."""

import asyncio
import json
from time import perf_counter

from deploy.demo.story import Provider
from tests.bench.figures import Figures, percentile
from tests.bench.load import Connection, raw
from tests.processes import Town
from tests.teller import Teller, Waiting

GLANCE = 0.002
PATIENCE = 10.0
YES = {"answer": "yes", "channel": "phone"}


async def measure(town: Town, teller: Teller, pantry: Provider, sent: list[Waiting]) -> Figures:
    for waiting in sent:
        await teller.serve(pantry, waiting.referral, "A parcel")
    for waiting in sent:
        await teller.need_becomes(waiting.need, "addressed")
    referrals = await Connection.open(town.ports["referrals"])
    cases = await Connection.open(town.ports["cases"])
    tokens = {
        service: {"authorization": town.client(service, "case_manager").headers["Authorization"]}
        for service in ("referrals", "cases")
    }
    lags = []
    for waiting in sent:
        path = f"/v1/referrals/{waiting.referral['id']}/client-answer"
        answer = raw({"method": "POST", "path": path, "body": YES}, tokens["referrals"])
        glance = raw({"method": "GET", "path": f"/v1/needs/{waiting.need['id']}"}, tokens["cases"])
        status, body = await referrals.send(answer)
        if status != 200:
            raise RuntimeError(f"the client's answer was answered {status}: {body[:300]!r}")
        lags.append(await until_met(cases, glance))
    await referrals.close()
    await cases.close()
    row = {
        "answers": len(lags),
        "p50": percentile(lags, 50),
        "p95": percentile(lags, 95),
        "longest": round(max(lags), 2),
    }
    return Figures(
        "Milliseconds from a client's answer in referrals to the need met in cases", [row]
    )


async def until_met(cases: Connection, glance: bytes) -> float:
    began = perf_counter()
    while True:
        status, body = await cases.send(glance)
        if status == 200 and json.loads(body)["status"] == "met":
            return 1000 * (perf_counter() - began)
        if perf_counter() - began > PATIENCE:
            raise RuntimeError(f"the need was not met within {PATIENCE:.0f} seconds")
        await asyncio.sleep(GLANCE)
