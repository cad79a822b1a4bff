"""Assessment templates as data, and their scoring: pure, by the rule version the file names."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.disclosures import DataClass
from shared.schemas.needs import NeedCategory

FOLDER = Path(__file__).parent / "templates"
Answers = dict[str, int]


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Data):
    value: int
    text: str


class Item(Data):
    code: str
    text: str
    scale: str


class Band(Data):
    """A range of scores, both ends included."""

    lowest: Annotated[int, Field(alias="from")]
    highest: Annotated[int, Field(alias="to")]
    code: str


class Proposal(Data):
    """Proposes a need: by one item's answer, or from a score upward."""

    category: NeedCategory
    severity: int
    item: str | None = None
    value: int | None = None
    score_at_least: int | None = None


class Template(Data):
    """One version of an instrument: immutable once anybody answered it."""

    code: str
    version: int
    title: str
    source: str
    licence: str
    data_class: DataClass | None
    instructions: str
    scales: dict[str, list[Option]]
    items: list[Item]
    rule_version: int
    bands: list[Band]
    proposals: list[Proposal]

    def options(self, code: str) -> set[int] | None:
        """The values an item takes; None for an item it does not have."""
        for item in self.items:
            if item.code == code:
                return {option.value for option in self.scales[item.scale]}
        return None


class ProposedNeed(Data):
    category: NeedCategory
    severity: int


class Result(Data):
    """`score` and `band` for a scored instrument; an inventory has proposals only."""

    score: int | None
    band: str | None
    rule_version: int
    proposed: list[ProposedNeed]


@cache
def templates() -> dict[str, Template]:
    """The templates that ship with the service, by code."""
    found = [Template.model_validate_json(path.read_bytes()) for path in FOLDER.glob("*.json")]
    return {template.code: template for template in sorted(found, key=lambda t: t.code)}


def invalid_answers(template: Template, answers: Answers) -> list[str]:
    """The codes of answers that the template has no item or no option for."""
    return [
        code for code, value in answers.items() if value not in (template.options(code) or set())
    ]


def missing_answers(template: Template, answers: Answers) -> list[str]:
    return [item.code for item in template.items if item.code not in answers]


def score(template: Template, answers: Answers) -> Result:
    """The result of a complete set of answers."""
    total = sum(answers[item.code] for item in template.items) if template.bands else None
    return Result(
        score=total,
        band=_band(template, total),
        rule_version=template.rule_version,
        proposed=_proposed(template, answers, total),
    )


def _band(template: Template, total: int | None) -> str | None:
    if total is None:
        return None
    return next(b.code for b in template.bands if b.lowest <= total <= b.highest)


def _proposed(template: Template, answers: Answers, total: int | None) -> list[ProposedNeed]:
    """One need per category, at its gravest."""
    gravest: dict[NeedCategory, int] = {}
    for proposal in template.proposals:
        if _holds(proposal, answers, total):
            known = gravest.get(proposal.category, 0)
            gravest[proposal.category] = max(known, proposal.severity)
    return [ProposedNeed(category=c, severity=severity) for c, severity in gravest.items()]


def _holds(proposal: Proposal, answers: Answers, total: int | None) -> bool:
    if proposal.item is not None:
        return answers.get(proposal.item) == proposal.value
    threshold = proposal.score_at_least
    return total is not None and threshold is not None and total >= threshold
