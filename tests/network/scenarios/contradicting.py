"""One side says that help came, the other that it did not: a dispute, with an owner, until it is resolved."""

from tests.network.script import Scenario, client, provider, sent, served, supervisor, wait, worker

DISPUTED = ("closed", "disputed")
VOID = ("entered_in_error", "open")
NO = worker("client_answer", answer="no")
NO_BY_PROXY = worker("client_answer", answer="no", said_by="proxy")
YES_BY_PROXY = worker("client_answer", answer="yes", said_by="proxy")
CONTRADICTING = (
    Scenario(
        "Served, says the provider; no, says the client, and says so again. Referred on",
        (
            *(*served("chapel"), wait(7), client("no"), wait(1), NO),
            worker("re_refer", at="lantern", resolve={"note": "It went to somebody else."}),
            *(provider("accept"), provider("report_served"), wait(7), client("yes", helped=5)),
        ),
        ends=(DISPUTED, ("closed", "confirmed")),
    ),
    Scenario(
        "Accepted by telephone, served; the client tells a worker that nothing came",
        (
            *(*sent("harbour"), worker("accept"), provider("report_served"), wait(7)),
            *(NO, wait(1), worker("resolve")),
        ),
        ends=(DISPUTED,),
    ),
    Scenario(
        "A proxy contradicts",
        (*served("lantern"), wait(3), NO_BY_PROXY, worker("resolve")),
        ends=(DISPUTED,),
    ),
    Scenario(
        "The client had said no before the provider said served",
        (
            *(*sent("lantern"), provider("accept"), worker("client_answer", answer="not_yet")),
            *(provider("hold"), NO, wait(1), provider("resume"), provider("report_served")),
            worker("resolve"),
        ),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Three mails without an answer; a month later a proxy says no",
        (*served("corner"), wait(40), NO_BY_PROXY, worker("resolve")),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Confirmed by a proxy; taken back by link",
        (
            *(*served("harbour"), YES_BY_PROXY, wait(10)),
            *(worker("hand_link"), client("no"), wait(9), worker("resolve")),
        ),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Confirmed by link; taken back on the telephone",
        (*served("bridge"), wait(7), client("yes", helped=1), wait(30), NO, worker("resolve")),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Could not be reached, says the provider; was helped, says the client",
        (
            *(*sent("harbour"), worker("hand_link"), client("not_yet")),
            *(provider("decline", reason="could_not_contact"), wait(7)),
            *(client("yes", helped=3), worker("resolve")),
        ),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Not served from the waiting list, says the provider; a proxy knows better",
        (
            *(*sent("bridge"), provider("accept"), provider("hold"), wait(4)),
            provider("report_not_served", reason="moved"),
            *(YES_BY_PROXY, worker("resolve")),
        ),
        ends=(DISPUTED,),
    ),
    Scenario(
        "Declined by telephone; the same worker hears no, and then yes",
        (
            *(*sent("lantern"), worker("decline", reason="out_of_area"), NO, wait(1)),
            *(worker("client_answer", answer="yes"), worker("resolve")),
        ),
        ends=(("closed", "staff_reported"),),
    ),
    Scenario(
        "Entered in error, after the provider had its say",
        (
            *(*served("lantern"), supervisor("void")),
            *(*sent("corner"), provider("decline", reason="out_of_area"), supervisor("void")),
            *(*sent("lantern"), provider("accept"), provider("report_not_served")),
            supervisor("void"),
            *(*served("lantern"), NO, supervisor("void")),
            *(*served("lantern"), worker("client_answer", answer="yes"), supervisor("void")),
            *(*sent("quiet", urgency="urgent"), wait(1), supervisor("void")),
        ),
        ends=(
            *(("entered_in_error", "provider_only"), ("entered_in_error", "unmet")),
            *(("entered_in_error", "unmet"), ("entered_in_error", "disputed")),
            *(("entered_in_error", "confirmed"), VOID),
        ),
    ),
)
