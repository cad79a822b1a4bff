"""The pages behind a client's answer link."""

from typing import Literal

from fastapi import Response

from services.referrals import pages
from services.referrals.lifecycle.loop import Said
from services.referrals.words import words
from services.referrals.words.dates import day
from shared.db import Record
from shared.schemas.referrals import ReferralStatus

View = Literal["helped", "thanks", "stop", "stopped"]
HELPED = {Said.YES, Said.PARTLY}


def path_of(token: str, language: str, view: View | None = None) -> str:
    return f"/answer/{token}/{language}" + (f"/{view}" if view else "")


def question_page(language: str, token: str, asked: Record, status: int = 200) -> Response:
    said = words(language)
    return pages.page(
        "question.html",
        language,
        status=status,
        here=path_of(token, "{language}"),
        path=f"/answer/{token}",
        service_name=asked["service_name"],
        unclear=status == 422,
        earlier=asked["answer"]
        and said["you_answered"].format(
            answer=said[asked["answer"]], day=day(language, asked["answered_on"])
        ),
        stop_path=path_of(token, language, "stop") if asked["stoppable"] else None,
    )


def helped_page(language: str, token: str, asked: Record) -> Response | None:
    if asked["answer"] not in HELPED:
        return None
    return pages.page(
        "helped.html",
        language,
        here=path_of(token, "{language}", "helped"),
        path=f"/answer/{token}",
        answer=asked["answer"],
        thanks_path=path_of(token, language, "thanks"),
    )


def thanks_page(language: str, token: str, asked: Record) -> Response | None:
    if asked["answer"] is None:
        return None
    said = words(language)
    disputed = asked["status"] == ReferralStatus.DISPUTED and asked["answer"] == Said.NO
    return pages.message_page(
        language,
        said["thanks_title"],
        [
            said["you_said"].format(answer=said[asked["answer"]]),
            said["then_dispute" if disputed else f"then_{asked['answer']}"],
            said["again"],
        ],
        here=path_of(token, "{language}", "thanks"),
        links={said["change"]: path_of(token, language)},
    )


def stop_page(language: str, token: str, asked: Record) -> Response | None:
    if not asked["stoppable"]:
        return None
    return pages.page(
        "stop.html",
        language,
        here=path_of(token, "{language}", "stop"),
        path=path_of(token, language, "stop"),
        question_path=path_of(token, language),
    )


def stopped_page(language: str, token: str, asked: Record) -> Response | None:
    withdrawn = asked["status"] == ReferralStatus.WITHDRAWN
    if not withdrawn and not asked["stopping"]:
        return None
    said = words(language)
    return pages.message_page(
        language,
        said["stopped_title"],
        [said["stopped" if withdrawn else "stopping"]],
        here=path_of(token, "{language}", "stopped"),
    )


VIEWS = {"helped": helped_page, "thanks": thanks_page, "stop": stop_page, "stopped": stopped_page}
"""None where there is nothing of the kind to show: then it is the question."""
