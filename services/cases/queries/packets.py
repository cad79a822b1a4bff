"""What a packet carries, by class of data: built from what is on record at this moment."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.cases.models import ASSESSMENT
from services.cases.queries.clients import facts_of
from services.cases.queries.contact import channels_of, policy_for
from services.cases.safe_contact import for_packet
from shared.db import Record, fetch
from shared.schemas.disclosures import DataClass
from shared.sealing import open_sealed

IDENTITY = ("given_name", "family_name", "birth_date", "pronouns", "language", "interpreter")
ASSESSED = (
    select(ASSESSMENT)
    .where(
        ASSESSMENT.c.client_id == bindparam("p_client"),
        ASSESSMENT.c.status == "completed",
        ASSESSMENT.c.data_class.is_not(None),
    )
    .order_by(ASSESSMENT.c.completed_at)
)
PART_2 = (
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records. "
    "They may not be disclosed further without the written consent of the person they are about."
)


def build(connection: Connection, client: Record, classes: Iterable[DataClass]) -> Record:
    """The fields of each class. A class with nothing on record is there, and empty."""
    packet: dict[str, dict[str, Any]] = {data_class.value: {} for data_class in sorted(classes)}
    for fact in facts_of(connection, client["id"]):
        if fact["data_class"] in packet:
            packet[fact["data_class"]].setdefault(fact["kind"], []).append(fact["value"])
    for data_class, scores in _scores(connection, client["id"], set(packet)).items():
        packet[data_class]["assessments"] = scores
    if DataClass.IDENTITY in packet:
        packet[DataClass.IDENTITY] |= {name: client[name] for name in IDENTITY}
    if DataClass.CONTACT in packet:
        packet[DataClass.CONTACT] |= for_packet(
            policy_for(connection, client), channels_of(connection, client["id"])
        )
    if DataClass.SUBSTANCE_USE in packet:
        packet[DataClass.SUBSTANCE_USE]["notice"] = PART_2
    return {"classes": packet}


def _scores(connection: Connection, client_id: UUID, wanted: set[str]) -> dict[str, list[Record]]:
    """The newest score of each instrument, never the single answers."""
    newest: dict[tuple[str, str], Record] = {}
    for row in fetch(connection, ASSESSED, p_client=client_id):
        if row["data_class"] in wanted:
            result = open_sealed(connection, row["result"], "assessment", "result", row["id"])
            newest[row["data_class"], row["template"]] = {
                "instrument": row["template"],
                "score": result["score"],
                "band": result["band"],
                "completed_at": row["completed_at"],
            }
    by_class: dict[str, list[Record]] = {}
    for (data_class, _), score in newest.items():
        by_class.setdefault(data_class, []).append(score)
    return by_class
