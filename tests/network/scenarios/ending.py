"""Taken back, in every form; consent revoked, danger, and death."""

from tests.network.script import Scenario, client, provider, sent, supervisor, wait, worker

WITHDRAWN = ("withdrawn", "open")
ENDING = (
    Scenario(
        "Withdrawn before an answer, by the worker; then by the client",
        (
            *(*sent("chapel"), worker("withdraw"), worker("hand_link"), client("no")),
            provider("look", refused="gone"),
            *(*sent("corner"), worker("hand_link"), client("stop")),
            provider("look", refused="gone"),
        ),
        ends=(("withdrawn", "unmet"), WITHDRAWN),
    ),
    Scenario(
        "Asked to let go: one never answers, another says yes on the telephone",
        (
            *(*sent("lantern"), provider("accept"), worker("request_withdrawal"), wait(7)),
            *(*sent("chapel"), provider("accept"), worker("request_withdrawal")),
            worker("confirm_withdrawal"),
        ),
        ends=(WITHDRAWN, WITHDRAWN),
    ),
    Scenario(
        "The client wants no more of it, and the provider confirms",
        (
            *(*sent("bridge"), provider("accept"), provider("start"), worker("hand_link")),
            *(client("stop"), wait(1), provider("confirm_withdrawal")),
        ),
        ends=(WITHDRAWN,),
        needs=("housing",),
    ),
    Scenario(
        "Consent revoked while on the waiting list",
        (
            *(*sent("corner"), provider("accept"), provider("open_packet"), provider("hold")),
            *(wait(2), worker("revoke"), wait(0.1), provider("look", refused="gone")),
        ),
        ends=(WITHDRAWN,),
        needs=("housing",),
    ),
    Scenario(
        "Let go from the waiting list; then twice in danger",
        (
            *(*sent("harbour"), provider("accept"), provider("hold"), wait(1)),
            *(worker("request_withdrawal"), provider("confirm_withdrawal")),
            *(*sent("lantern"), provider("accept"), supervisor("withdraw_now")),
            *(*sent("bridge"), supervisor("withdraw_now")),
        ),
        ends=(WITHDRAWN, WITHDRAWN, WITHDRAWN),
        needs=("housing",),
    ),
    Scenario(
        "The client dies while one helps, and another is only planned",
        (
            *(*sent("harbour"), provider("accept"), provider("start")),
            *(worker("draft", at="lantern"), wait(3), worker("client_died")),
        ),
        ends=(WITHDRAWN, ("discarded", "open")),
    ),
)
