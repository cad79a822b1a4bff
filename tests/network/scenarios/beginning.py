"""Drafts, approval, many at once, and what another system had begun."""

from tests.network.script import Scenario, admin, client, entry, provider, supervisor, wait, worker

DISCARDED = ("discarded", "open")
VOID = ("entered_in_error", "open")
BEGINNING = (
    Scenario(
        "A supervisor approves at the second try; before, two drafts were discarded",
        (
            *(entry("draft", at="lantern"), entry("submit"), entry("discard")),
            *(entry("draft", at="lantern"), supervisor("discard")),
            *(entry("draft", at="lantern"), entry("submit"), supervisor("return")),
            *(entry("submit"), wait(1), supervisor("approve")),
            *(provider("accept"), provider("report_served"), wait(7), client("yes", helped=5)),
        ),
        ends=(DISCARDED, DISCARDED, ("closed", "confirmed")),
        owner="entry",
    ),
    Scenario(
        "Consent revoked in mid-sending, a need withdrawn, a case closed at once: three drafts less",
        (
            *(worker("draft", at="chapel"), worker("send_and_crash"), worker("revoke")),
            *(worker("draft", at="chapel"), worker("withdraw_need"), wait(1)),
            *(worker("draft", at="chapel", need=1), supervisor("close_case")),
        ),
        ends=(DISCARDED, DISCARDED, DISCARDED),
        needs=("food", "housing"),
    ),
    Scenario(
        "Three that another system had begun are moved in",
        (
            admin("import", at="harbour", status="sent", need=0),
            *(worker("disclose", classes=["identity"]), provider("accept")),
            *(provider("report_served"), worker("client_answer", answer="yes", helped=4)),
            admin("import", at="lantern", status="accepted", need=1),
            *(provider("start"), provider("report_served"), worker("hand_link"), client("partly")),
            admin("import", at="bridge", status="in_progress", need=2),
            worker("report_not_served", reason="moved"),
        ),
        ends=(("closed", "confirmed"), ("closed", "partial"), ("not_served", "unmet")),
        needs=("food", "housing", "transport"),
    ),
    Scenario(
        "Two needs, sent in bulk",
        (
            worker("bulk", at=["lantern", "bridge"]),
            *(provider("accept", at="lantern"), provider("accept", at="bridge"), wait(1)),
            *(provider("start", at="lantern"), provider("report_served", at="lantern"), wait(7)),
            *(client("yes", helped=3), provider("report_served", at="bridge"), wait(7)),
            client("yes", helped=5),
        ),
        ends=(("closed", "confirmed"), ("closed", "confirmed")),
        needs=("food", "housing"),
    ),
    Scenario(
        "Entered in error, before and while a provider works on it",
        (
            *(entry("draft", at="lantern"), supervisor("void")),
            *(entry("draft", at="lantern"), entry("submit"), supervisor("void")),
            *(entry("draft", at="lantern"), entry("discard"), supervisor("void")),
            *(supervisor("draft", at="bridge"), supervisor("send"), wait(0.1)),
            *(supervisor("void"), provider("look", refused="gone")),
            *(supervisor("draft", at="bridge"), supervisor("send"), supervisor("withdraw")),
            supervisor("void"),
            *(supervisor("draft", at="bridge"), supervisor("send"), provider("accept")),
            supervisor("void"),
            *(supervisor("draft", at="bridge"), supervisor("send"), provider("accept")),
            *(provider("start"), supervisor("void")),
            *(supervisor("draft", at="harbour"), supervisor("send"), provider("accept")),
            *(provider("hold"), supervisor("void")),
        ),
        ends=(VOID,) * 8,
        owner="entry",
    ),
)
