"""Taxonomies, their terms, the attributes that tie terms to listings, and HSDS's change records."""

from sqlalchemy import ARRAY, Column, Date, Index, Text, Uuid

from services.resources.models.columns import OURS, link, listing, text, uri

taxonomy = listing(
    "taxonomy",
    text("name", required=True),
    text("description"),
    uri("uri"),
    text("version"),
)

taxonomy_term = listing(
    "taxonomy_term",
    text("code"),
    text("name", required=True),
    text("description"),
    link("taxonomy_term", name="parent_id", keep=True),
    text("taxonomy"),
    text("language"),
    link("taxonomy"),
    uri("term_uri"),
    # The Gravity SDOH category, where one truly fits.
    Column("gravity_code", Text, info=OURS),
    Column("name_es", Text, info=OURS),
    # Everyday words for the same thing, in any language.
    Column("synonyms", ARRAY(Text), info=OURS),
    Index(None, "code"),
)

attribute = listing(
    "attribute",
    # The row that the term describes; `link_entity` names its table.
    Column("link_id", Uuid, nullable=False),
    link("taxonomy_term", required=True),
    text("link_type"),
    text("link_entity", required=True),
    text("value"),
    text("label"),
    Index(None, "link_id", "link_entity"),
)

change_record = listing(
    # HSDS calls it `metadata`: what a source says it changed.
    "metadata",
    Column("resource_id", Uuid, nullable=False, index=True),
    text("resource_type", required=True),
    Column("last_action_date", Date, nullable=False),
    text("last_action_type", required=True),
    text("field_name", required=True),
    text("previous_value", required=True),
    text("replacement_value", required=True),
    text("updated_by", required=True),
)

meta_table_description = listing(
    "meta_table_description", text("name"), text("language"), text("character_set")
)
