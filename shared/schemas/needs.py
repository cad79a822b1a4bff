"""Categories of need: our own taxonomy's top level, with its mapping to the Gravity SDOH categories."""

from enum import StrEnum


class NeedCategory(StrEnum):
    HOUSING = "housing"
    HOMELESSNESS = "homelessness"
    FOOD = "food"
    UTILITIES = "utilities"
    MONEY = "money"
    WORK = "work"
    EDUCATION = "education"
    TRANSPORT = "transport"
    HEALTH_CARE = "health_care"
    MENTAL_HEALTH = "mental_health"
    SUBSTANCE_USE = "substance_use"
    DISABILITY = "disability"
    SAFETY = "safety"
    CHILDCARE = "childcare"
    FAMILY = "family"
    LEGAL = "legal"
    IMMIGRATION = "immigration"
    DOCUMENTS = "documents"
    SOCIAL_CONNECTION = "social_connection"
    DIGITAL_ACCESS = "digital_access"
    LANGUAGE = "language"
    GOODS = "goods"
    BENEFITS = "benefits"
    CAREGIVING = "caregiving"
    END_OF_LIFE = "end_of_life"


GRAVITY: dict[NeedCategory, str] = {
    NeedCategory.HOUSING: "housing-instability",
    NeedCategory.HOMELESSNESS: "homelessness",
    NeedCategory.FOOD: "food-insecurity",
    NeedCategory.UTILITIES: "utility-insecurity",
    NeedCategory.MONEY: "financial-insecurity",
    NeedCategory.WORK: "employment-status",
    NeedCategory.EDUCATION: "educational-attainment",
    NeedCategory.TRANSPORT: "transportation-insecurity",
    NeedCategory.SOCIAL_CONNECTION: "social-connection",
    NeedCategory.DIGITAL_ACCESS: "digital-access",
    NeedCategory.LANGUAGE: "language-access",
    NeedCategory.GOODS: "material-hardship",
}
"""SDOHCC category codes (HL7, CC0). A category that no code truly fits has none."""
