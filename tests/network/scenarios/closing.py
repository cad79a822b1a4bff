"""The client is asked, in every way there is, or not at all; and the loop closes."""

from tests.network.script import Scenario, client, provider, sent, served, wait, worker

CONFIRMED = ("closed", "confirmed")
PROVIDER_ONLY = ("closed", "provider_only")
CLOSING = (
    Scenario(
        "Helped, and says so by mail",
        (
            *(*sent("harbour"), provider("accept"), provider("record_contact")),
            *(provider("start"), provider("report_served"), wait(7), client("yes", helped=5)),
        ),
        ends=(CONFIRMED,),
    ),
    Scenario(
        "Helped in part, and says so by text message; later it was a little more",
        (
            *(*sent("corner"), provider("accept"), provider("record_contact")),
            *(provider("start"), provider("report_served"), wait(7)),
            *(client("partly", helped=3), wait(3), client("partly", helped=4)),
        ),
        ends=(("closed", "partial"),),
        reach="text",
    ),
    Scenario(
        "Helped, and says so in Spanish; of a need that is not named on a page",
        (*served("chapel"), wait(7), client("yes")),
        ends=(CONFIRMED,),
        reach="mail in Spanish",
        needs=("mental_health",),
    ),
    Scenario(
        "By telephone: not yet, and then no more questions",
        (
            *(*served("lantern"), wait(8), worker("ask")),
            *(worker("client_answer", answer="not_yet"), wait(3), worker("stop_asking")),
        ),
        ends=(PROVIDER_ONLY,),
        reach="phone",
    ),
    Scenario(
        "Nobody may ask this client",
        (*served("harbour"), wait(8)),
        ends=(PROVIDER_ONLY,),
        reach="never",
    ),
    Scenario(
        "The client spoke before the provider did",
        (
            *(*sent("chapel"), worker("hand_link"), provider("accept"), provider("start")),
            *(client("yes", helped=5), provider("report_served")),
        ),
        ends=(CONFIRMED,),
    ),
    Scenario(
        "Missed appointments, says the provider; no, says the client; the next listing helps",
        (
            *(*sent("chapel"), provider("accept"), provider("start")),
            *(provider("report_not_served", reason="no_show"), wait(7), client("no")),
            *(worker("re_refer", at="bridge"), provider("accept"), provider("report_served")),
            *(wait(7), client("yes", helped=4)),
        ),
        ends=(("not_served", "unmet"), CONFIRMED),
        needs=("transport",),
    ),
)
