"""Reports: whoever may ask, for each in each of its forms."""

from tests.security.walk.people import Cast

NAMES = ("loop", "times", "receivers", "gaps", "hand-offs", "workload")


async def reports(cast: Cast) -> None:
    for name in NAMES:
        for form in ("", ".csv", ".svg"):
            await cast.program_manager.get(f"/v1/reports/{name}{form}")
    await cast.desk.get("/v1/reports/receivers")
