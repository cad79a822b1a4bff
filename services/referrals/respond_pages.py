"""The pages behind a provider's link: how the request stands, one form for each answer, and the packet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from fastapi import Response

from services.referrals import pages
from services.referrals.commands.access_codes import Destination
from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import Act
from services.referrals.schemas.days import A_YEAR
from services.referrals.schemas.respond import FAILS, REFUSES, SIMPLE
from services.referrals.words import words
from services.referrals.words.dates import day, moment
from shared import clock
from shared.db import Record
from shared.errors import Conflict
from shared.schemas.disclosures import DataClass
from shared.schemas.referrals import ReferralStatus as S

View = Literal["decline", "report_served", "report_not_served", "hold", "ask_question", "packet"]
IN_ORDER = (
    Act.ACCEPT,
    Act.RECORD_CONTACT,
    Act.START,
    Act.RESUME,
    Act.REPORT_SERVED,
    Act.CONFIRM_WITHDRAWAL,
    Act.REPORT_NOT_SERVED,
    Act.HOLD,
    Act.DECLINE,
    Act.ASK_QUESTION,
)
"""What most people come for stands first."""
REASONS: dict[str, tuple[Reason, ...]] = {
    Act.DECLINE: tuple(r for r in REFUSES if r not in (Reason.NO_CAPACITY, Reason.OTHER)),
    Act.REPORT_NOT_SERVED: tuple(r for r in FAILS if r is not Reason.OTHER),
}
FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    Act.REPORT_SERVED: (("provided", "text"), ("served_on", "past")),
    Act.HOLD: (("until", "coming"),),
    Act.ASK_QUESTION: (("text", "text"),),
}
"""The fields of a form, and what each takes."""
HEADLINES = {S.AWAITING_CONFIRMATION: "reported", S.DISPUTED: "reported", S.CLOSED: "reported"}
HOURS = {"weekdays", "opens", "closes", "timezone"}
WORDED = {"superseded", "capacity-full", "too-late", "packet-closed"}
"""Problems that have words of their own; any other has happened because something changed."""


def path_of(token: str, language: str, view: str | None = None) -> str:
    return f"/respond/{token}/{language}" + (f"/{view}" if view else "")


def state_page(
    language: str,
    token: str,
    state: Record,
    *,
    status: int = 200,
    changed: bool = False,
    wrong: frozenset[str] = frozenset(),
) -> Response:
    """What is asked, how it stands and what can be done, one button each. Nothing about the person."""
    acts = [act for act in IN_ORDER if act in state["acts"]]
    return pages.page(
        "respond.html",
        language,
        status=status,
        here=path_of(token, "{language}"),
        path=path_of(token, language),
        service=state["service_name"],
        headline=_headline(language, state),
        facts=_facts(language, state),
        changed=changed,
        wrong=wrong,
        withdrawing=Act.CONFIRM_WITHDRAWAL in acts,
        question=state["question"],
        opens=state["opens"],
        acts=acts,
        simple=SIMPLE,
        days=_days(),
    )


def form_page(
    language: str,
    token: str,
    view: str,
    *,
    wrong: frozenset[str] = frozenset(),
    given: Mapping[str, str] | None = None,
) -> Response:
    """What takes more than a tap. With `wrong` fields it is shown again, with what was `given`."""
    return pages.page(
        "respond_reasons.html" if view in REASONS else "respond_form.html",
        language,
        status=422 if wrong else 200,
        here=path_of(token, "{language}", view),
        path=path_of(token, language),
        act=view,
        reasons=REASONS.get(view, ()),
        fields=FIELDS.get(view, ()),
        wrong=wrong,
        given=given or {},
        days=_days(),
    )


def code_page(
    language: str,
    token: str,
    to: Destination,
    *,
    status: int = 200,
    wrong: str | None = None,
    tries_left: int | None = None,
) -> Response:
    """Where the code is entered; `wrong` says what was not right with the last."""
    said = words(language)
    return pages.page(
        "respond_code.html",
        language,
        status=status,
        here=path_of(token, "{language}", "packet"),
        path=path_of(token, language),
        sent=said["code_sent"].format(where=to.hint),
        wrong=wrong and said[wrong].format(left=tries_left),
    )


def packet_page(language: str, token: str, packet: Record) -> Response:
    """The packet, this once."""
    said, classes = words(language), packet["classes"]
    return pages.page(
        "respond_packet.html",
        language,
        path=path_of(token, language),
        classes={
            said[f"class_{name}"]: _known(said, classes[name])
            for name in DataClass
            if name in classes
        },
        message=packet["message"],
        notice=packet["notice"],
        questions=packet["questions"],
    )


def _known(said: Mapping[str, str], fields: Record) -> list[tuple[str, str]]:
    """What is on record of a class. Its notice stands above them all."""
    known = {f: v for f, v in fields.items() if f != "notice" and v not in (None, [], {})}
    if "language" in known:
        known["language"] = said.get(f"name_of_{known['language']}", known["language"])
    return [(_label(said, field), _told(said, value)) for field, value in known.items()]


def conflict_page(language: str, token: str, problem: Conflict) -> Response:
    said = words(language)
    kind = problem.type.replace("-", "_") if problem.type in WORDED else "not_now"
    lines, back = [said[kind]], {said["respond_back"]: path_of(token, language)}
    return pages.message_page(language, said[f"{kind}_title"], lines, status=409, links=back)


def _headline(language: str, state: Record) -> str:
    kind = HEADLINES.get(state["status"], state["status"])
    until = state["hold_until"]
    return words(language)[f"status_{kind}"].format(until=until and day(language, until))


def _facts(language: str, state: Record) -> list[tuple[str, str]]:
    said = words(language)
    facts = []
    if state["category"] is not None:
        facts.append((said["respond_category"], said[f"category_{state['category']}"]))
    facts.append((said["respond_urgency"], said[f"respond_{state['urgency']}"]))
    if state["sent_at"] is not None:
        facts.append((said["respond_sent"], day(language, state["sent_at"])))
    if state["due_at"] is not None:
        due = moment(language, state["due_at"], state["timezone"])
        facts.append((said[f"respond_due_{state['due_kind']}"], due))
    return facts


def _days() -> dict[str, str]:
    today = clock.now().date()
    return {"today": str(today), "last": str(today + A_YEAR - timedelta(days=1))}


def _label(said: Mapping[str, str], field: str) -> str:
    return said.get(f"field_{field}", field.replace("_", " ").capitalize())


def _told(said: Mapping[str, str], value: Any) -> str:
    """A value of a packet, whatever it is made of, as one line."""
    if isinstance(value, bool):
        return said["value_true" if value else "value_false"]
    if isinstance(value, dict):
        if value.keys() >= HOURS:
            return _hours(said, value)
        return "; ".join(f"{_label(said, k)}: {_told(said, v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_told(said, item) for item in value)
    return str(value)


def _hours(said: Mapping[str, str], hours: Record) -> str:
    names = said["value_weekdays"].split()
    days = ", ".join(names[weekday] for weekday in hours["weekdays"])
    return f"{days}, {hours['opens']}–{hours['closes']} ({hours['timezone']})"
