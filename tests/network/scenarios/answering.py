"""What providers answer, and when: in time, late, with questions, from a waiting list, or never."""

from tests.network.script import Scenario, client, provider, sent, wait, worker

CONFIRMED = ("closed", "confirmed")
ANSWERING = (
    Scenario(
        "Nobody ever answers; the next listing does",
        (
            *(*sent("quiet"), wait(14), worker("hand_link"), client("no")),
            *(worker("re_refer", at="harbour"), provider("accept"), provider("report_served")),
            *(wait(7), client("yes", helped=4)),
        ),
        ends=(("expired", "unmet"), CONFIRMED),
    ),
    Scenario(
        "Late is better than never: by the link that outlived it",
        (
            *(*sent("corner"), wait(14), provider("accept"), provider("record_contact")),
            *(provider("start"), provider("hold"), wait(2), provider("resume")),
            *(provider("report_served"), wait(7), client("yes", helped=5)),
        ),
        ends=(CONFIRMED,),
    ),
    Scenario(
        "Late with an account; then two reviews of the waiting list lapse",
        (*sent("harbour"), wait(18), provider("accept"), provider("hold", until=3), wait(28)),
        ends=(("not_served", "open"),),
    ),
    Scenario(
        "Late, by telephone: a worker writes all of it down, and the client's yes too",
        (
            *(*sent("bridge"), wait(14), worker("accept"), worker("record_contact")),
            *(worker("start"), worker("hold"), worker("resume"), worker("report_served")),
            worker("client_answer", answer="yes"),
        ),
        ends=(("closed", "staff_reported"),),
    ),
    Scenario(
        "Accepted, and then silence for four months",
        (*sent("lantern"), provider("accept"), wait(135)),
        ends=(("not_served", "open"),),
    ),
    Scenario(
        "A question in every status, with an account",
        (
            *(*sent("lantern"), provider("ask_question"), wait(1), worker("answer_question")),
            *(provider("accept"), provider("ask_question"), worker("answer_question")),
            *(provider("record_contact"), provider("start")),
            *(provider("ask_question"), wait(2), worker("answer_question")),
            *(provider("hold"), provider("ask_question"), worker("answer_question")),
            *(provider("report_served"), wait(7), client("yes", helped=5)),
        ),
        ends=(CONFIRMED,),
    ),
    Scenario(
        "A question by link, answered after nine days; the details with a code",
        (
            *(*sent("bridge"), provider("open_packet"), provider("ask_question"), wait(9)),
            *(worker("answer_question"), provider("accept"), provider("open_packet")),
            *(provider("start"), provider("report_served"), wait(7), client("yes", helped=4)),
        ),
        ends=(CONFIRMED,),
        needs=("housing",),
    ),
    Scenario(
        "All places taken, until there is one more",
        (
            provider("places", at="harbour rooms", places=0),
            *(*sent("harbour rooms"), provider("accept", refused="capacity-full")),
            provider("places", at="harbour rooms", places=1),
            *(provider("accept"), provider("start"), provider("report_served"), wait(7)),
            client("yes", helped=5),
        ),
        ends=(CONFIRMED,),
        needs=("housing",),
    ),
    Scenario(
        "All places taken, behind a link; the next listing helps",
        (
            worker("places", at="corner rooms", places=0),
            *(*sent("corner rooms"), provider("accept", refused="capacity-full")),
            *(provider("decline"), worker("re_refer", at="chapel"), provider("accept")),
            *(provider("start"), provider("report_served"), wait(7), client("partly", helped=2)),
        ),
        ends=(("declined", "unmet"), ("closed", "partial")),
        needs=("housing",),
    ),
    Scenario(
        "Turned away for good; not sent there again",
        (
            *(*sent("harbour"), provider("decline", reason="not_eligible"), wait(1)),
            worker("re_refer", at="harbour", refused="listing-excluded"),
            *(worker("re_refer", at="lantern"), provider("accept"), provider("report_served")),
            *(wait(7), client("yes", helped=4)),
        ),
        ends=(("declined", "unmet"), CONFIRMED),
    ),
    Scenario(
        "Three are asked at once, and the first who accepts is taken",
        (
            worker("group", at=["harbour", "chapel", "bridge"], send=True),
            provider("accept", at="chapel", at_once=True),
            *(provider("accept", at="bridge", refused="superseded"), wait(0.1)),
            provider("accept", at="harbour", refused="action-not-allowed"),
            provider("look", at="bridge", refused="gone"),
            *(provider("report_served", at="chapel"), wait(7), client("yes", helped=5)),
        ),
        ends=(("withdrawn", "open"), CONFIRMED, ("withdrawn", "open")),
    ),
)
