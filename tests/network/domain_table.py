"""The table of referrals in the domain's description, copied by hand: what happens, and by whom.

Nothing here is read from the code under test.
"""

from dataclasses import dataclass

LIVE = ("sent", "accepted", "in_progress", "on_hold")
AT_WORK = LIVE[1:]
UNSENT = ("draft", "pending_approval")
EVERY = (
    *UNSENT,
    *LIVE,
    *("awaiting_confirmation", "disputed", "closed", "declined", "not_served", "expired"),
    *("withdrawn", "discarded"),
)

# Who acts, as a row of the history tells it.
AUTHOR, WORKER, ENTRY, SUPERVISOR = "author", "worker", "entry-level worker", "supervisor"
ADMIN, CLOCK = "admin", "clock"
ACCOUNT, LINK, TOLD = "receiver, account", "receiver, link", "receiver, told a worker"
CLIENT, CLIENT_TOLD, PROXY = "client, link", "client, told a worker", "proxy, told a worker"
RECEIVER = (ACCOUNT, LINK, TOLD)
CLIENTS = (CLIENT, CLIENT_TOLD, PROXY)


def system(reason: str = "") -> str:
    return f"system, {reason}" if reason else "system"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: from any of `start`, `action` leads to `end` (`same`: nowhere), taken by each of `who`."""

    start: tuple[str, ...]
    action: str
    end: str
    who: tuple[str, ...]


SAME = "same"
TABLE: tuple[Row, ...] = (
    Row(("-",), "draft", "draft", (WORKER, ENTRY)),
    Row(
        UNSENT,
        "discard",
        "discarded",
        (
            AUTHOR,
            SUPERVISOR,
            system("deceased"),
            system("client_no_longer_needs"),  # the case closed, or the need is no longer open
            system("consent_revoked"),
        ),
    ),
    Row(("draft",), "submit", "pending_approval", (ENTRY,)),
    Row(("pending_approval",), "approve", "sent", (SUPERVISOR,)),
    Row(("pending_approval",), "return", "draft", (SUPERVISOR,)),
    Row(("draft",), "send", "sent", (WORKER,)),
    Row(("sent",), "accept", "accepted", RECEIVER),
    Row(("sent",), "decline", "declined", RECEIVER),
    Row(("sent",), "expire", "expired", (CLOCK,)),
    Row(("expired",), "accept", "accepted", RECEIVER),
    Row(LIVE, "ask_question", SAME, (ACCOUNT, LINK)),
    Row(LIVE, "answer_question", SAME, (WORKER,)),
    Row(("accepted",), "record_contact", SAME, RECEIVER),
    Row(("accepted",), "start", "in_progress", RECEIVER),
    Row(("accepted", "in_progress"), "hold", "on_hold", RECEIVER),
    Row(("on_hold",), "resume", "in_progress", RECEIVER),
    Row(AT_WORK, "report_served", "awaiting_confirmation", RECEIVER),
    Row(AT_WORK, "report_not_served", "not_served", (*RECEIVER, CLOCK)),
    Row(("sent",), "withdraw", "withdrawn", (WORKER, CLIENT)),
    Row(AT_WORK, "request_withdrawal", SAME, (WORKER, CLIENT)),
    Row(AT_WORK, "confirm_withdrawal", "withdrawn", (*RECEIVER, CLOCK)),
    Row(
        LIVE,
        "withdraw_now",
        "withdrawn",
        (
            system("consent_revoked"),
            system("deceased"),
            system("superseded"),
            SUPERVISOR,
        ),
    ),
    Row(("awaiting_confirmation",), "ask", SAME, (CLOCK, WORKER)),
    Row(("awaiting_confirmation",), "conclude", "closed", (*CLIENTS, system())),
    Row(("awaiting_confirmation",), "contradict", "disputed", (*CLIENTS, system())),
    Row(("declined",), "ask", SAME, (CLOCK,)),
    Row(("not_served",), "ask", SAME, (CLOCK,)),
    Row(("awaiting_confirmation",), "stop_asking", "closed", (CLOCK, WORKER)),
    Row(("disputed",), "resolve", "closed", (WORKER,)),
    Row(("closed", "declined", "not_served"), "contradict", "disputed", CLIENTS),
    Row(("-",), "import", "sent", (ADMIN,)),
    Row(("-",), "import", "accepted", (ADMIN,)),
    Row(("-",), "import", "in_progress", (ADMIN,)),
    Row(EVERY, "void", "entered_in_error", (SUPERVISOR,)),
)
SPEAKS_AFTER = (
    *LIVE,
    *("awaiting_confirmation", "disputed", "closed", "declined", "not_served", "expired"),
    "withdrawn",
)
"""The client may speak in any status after sending: a word that moves nothing is kept all the same."""
TABLE += tuple(Row((status,), "client_answer", SAME, ()) for status in SPEAKS_AFTER)


def steps(row: Row) -> set[tuple[str, str, str]]:
    """What the row allows: before, action, after."""
    return {(start, row.action, start if row.end == SAME else row.end) for start in row.start}
