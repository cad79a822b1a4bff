"""HSDS 3.x as CSV files (a tabular data package), with the few columns we add to it."""

from collections.abc import Iterable

from services.resources import models
from services.resources.imports.sheets import Draft, Sheet
from services.resources.languages import codes_in

NAME = "hsds-3-tabular"


def with_status(draft: Draft) -> Iterable[Draft]:
    """A blank status is taken for active, and marked as taken."""
    if "status" not in draft.values:
        draft.values |= {"status": models.ACTIVE, "status_assumed": True}
    yield draft


def with_code(draft: Draft) -> Iterable[Draft]:
    codes = codes_in(draft.values.get("name", ""))
    if len(codes) == 1:
        draft.values.setdefault("code", codes[0])
    yield draft


def with_synonyms(draft: Draft) -> Iterable[Draft]:
    """Everyday words of all languages stand in one list."""
    spanish = draft.extra.pop("synonyms_es", "")
    words = [word.strip() for word in spanish.split(";") if word.strip()]
    if words:
        draft.values["synonyms"] = [*draft.values.get("synonyms", []), *words]
    yield draft


PHYSICAL = {"location_type": "physical"}
SHEETS = [
    Sheet("taxonomies.csv", models.taxonomy),
    Sheet("taxonomy_terms.csv", models.taxonomy_term, reads=("synonyms_es",), adapt=with_synonyms),
    Sheet("units.csv", models.unit),
    Sheet("meta_table_descriptions.csv", models.meta_table_description),
    Sheet("organizations.csv", models.organization),
    Sheet("organization_identifiers.csv", models.organization_identifier),
    Sheet("programs.csv", models.program),
    Sheet("locations.csv", models.location, defaults=PHYSICAL),
    Sheet("addresses.csv", models.address, defaults={"address_type": "physical"}),
    Sheet("accessibility.csv", models.accessibility),
    Sheet("services.csv", models.service, adapt=with_status),
    Sheet("service_at_location.csv", models.service_at_location),
    Sheet("service_areas.csv", models.service_area),
    Sheet("required_documents.csv", models.required_document),
    Sheet("cost_options.csv", models.cost_option),
    Sheet("service_capacity.csv", models.service_capacity),
    Sheet("contacts.csv", models.contact),
    Sheet("phones.csv", models.phone),
    Sheet("languages.csv", models.language, adapt=with_code),
    Sheet("schedules.csv", models.schedule),
    Sheet("funding.csv", models.funding),
    Sheet("url.csv", models.url),
    Sheet("attributes.csv", models.attribute),
    Sheet("metadata.csv", models.change_record),
]
