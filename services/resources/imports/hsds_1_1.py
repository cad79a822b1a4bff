"""HSDS 1.1 as CSV files: the form most directories published, with what they did to it."""

import re
from collections.abc import Iterable

from services.resources import models
from services.resources.imports.hsds_3_tabular import with_code, with_status
from services.resources.imports.sheets import Draft, Link, Sheet

NAME = "hsds-1.1"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PHONE_PARTS = ("phone_areacode", "phone_number", "phone_extension")
DIALLED = 10
"""Digits of a whole number, area code included."""


def with_weekday(draft: Draft) -> Iterable[Draft]:
    """`Monday`, `Mon` or 1 becomes a weekly recurrence."""
    day = draft.extra.get("weekday", "").lower()
    if day.isdigit() and 1 <= int(day) <= len(WEEKDAYS):
        index = int(day) - 1
    else:
        matches = [i for i, name in enumerate(WEEKDAYS) if len(day) >= 3 and name.startswith(day)]
        index = matches[0] if matches else -1
    if index >= 0:
        del draft.extra["weekday"]
        draft.values |= {"freq": "WEEKLY", "byday": WEEKDAYS[index][:2].upper()}
    yield draft


def with_phone(draft: Draft) -> Iterable[Draft]:
    """1.1's contacts carry a number in parts; half a number stays with the contact."""
    area, number, extension = (draft.extra.get(part, "") for part in PHONE_PARTS)
    whole = len(re.sub(r"\D", "", area + number)) >= DIALLED
    if not whole:
        draft.problems += [
            (part, "incomplete_phone") for part in PHONE_PARTS if part in draft.extra
        ]
    yield draft
    if not whole:
        return
    phone = Draft(
        models.phone.name,
        f"contact:{draft.key}",
        draft.file,
        draft.row,
        draft.columns,
        values={"number": f"{area} {number}".strip()},
        links={"contact_id": Link(models.contact.name, draft.key, "id")},
        weight=0,
    )
    if extension.isdecimal() and len(extension) < 10:
        phone.values["extension"] = int(extension)
    yield phone


def with_taxonomy(draft: Draft) -> Iterable[Draft]:
    """The vocabulary named in each term's row becomes the taxonomy they belong to."""
    name = draft.values.get("taxonomy")
    if name is not None:
        table = models.taxonomy.name
        draft.links["taxonomy_id"] = Link(table, name, "vocabulary")
        yield Draft(table, name, draft.file, draft.row, [], values={"name": name}, weight=0)
    if draft.source_row_id is not None:
        draft.values["code"] = draft.source_row_id
    yield draft


def of_service(draft: Draft) -> Iterable[Draft]:
    draft.values["link_entity"] = models.service.name
    yield draft


def closed(draft: Draft) -> Iterable[Draft]:
    if draft.extra.get("closed", "").lower() in {"true", "yes", "1", "t"}:
        draft.values["notes"] = "closed"
    yield draft


PHYSICAL = {"location_type": "physical"}
SHEETS = [
    Sheet(
        "taxonomy.csv",
        models.taxonomy_term,
        renamed={"vocabulary": "taxonomy"},
        adapt=with_taxonomy,
    ),
    Sheet("organizations.csv", models.organization, renamed={"url": "website"}),
    Sheet("programs.csv", models.program),
    Sheet("locations.csv", models.location, defaults=PHYSICAL),
    Sheet("physical_addresses.csv", models.address, defaults={"address_type": "physical"}),
    Sheet("postal_addresses.csv", models.address, defaults={"address_type": "postal"}),
    Sheet(
        "accessibility_for_disabilities.csv",
        models.accessibility,
        renamed={"accessibility": "description"},
    ),
    Sheet("services.csv", models.service, adapt=with_status),
    # Who is eligible is a column of the service since HSDS 3.
    Sheet(
        "eligibility.csv",
        models.service,
        renamed={"eligibility": "eligibility_description"},
        joins="service_id",
    ),
    Sheet("services_at_location.csv", models.service_at_location),
    Sheet("service_areas.csv", models.service_area, renamed={"service_area": "name"}),
    Sheet("required_documents.csv", models.required_document),
    Sheet("payments_accepted.csv", models.cost_option, renamed={"payment": "option"}),
    Sheet("contacts.csv", models.contact, reads=PHONE_PARTS, adapt=with_phone),
    Sheet("phones.csv", models.phone),
    Sheet(
        "languages.csv",
        models.language,
        renamed={"language": "name"},
        natural=True,
        adapt=with_code,
    ),
    Sheet(
        "regular_schedules.csv",
        models.schedule,
        renamed={"original_text": "description"},
        reads=("weekday",),
        adapt=with_weekday,
    ),
    Sheet(
        "holiday_schedules.csv",
        models.schedule,
        renamed={"start_date": "valid_from", "end_date": "valid_to"},
        reads=("closed",),
        adapt=closed,
    ),
    Sheet("funding.csv", models.funding),
    Sheet(
        "services_taxonomy.csv",
        models.attribute,
        renamed={
            "service_id": "link_id",
            "taxonomy_id": "taxonomy_term_id",
            "taxonomy_detail": "value",
        },
        adapt=of_service,
    ),
    Sheet("metadata.csv", models.change_record),
    Sheet("meta_table_descriptions.csv", models.meta_table_description),
]
