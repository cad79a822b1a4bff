"""What any of our pages may have to say."""

from typing import Final

ENGLISH: Final = {
    "languages": "Language",
    "name_of_en": "English",
    "name_of_es": "Español",
    "gone_title": "This page is not available",
    "gone": (
        "The link is not complete, or it is no longer valid. If you got a newer message from us, use the "
        "link in that one; otherwise ask the person who gave it to you."
    ),
    "busy_title": "Please wait a minute",
    "busy": "There were too many requests from your connection. Try again in a minute.",
    "later_title": "This does not work just now",
    "later": "Please try again in a few minutes. Nothing was lost.",
}
SPANISH: Final = {
    "languages": "Idioma",
    "name_of_en": "English",
    "name_of_es": "Español",
    "gone_title": "Esta página no está disponible",
    "gone": (
        "El enlace está incompleto o ya no es válido. Si recibió un mensaje nuestro más reciente, use el "
        "enlace de ese mensaje; si no, pregunte a quien se lo dio."
    ),
    "busy_title": "Espere un minuto, por favor",
    "busy": "Hubo demasiadas solicitudes desde su conexión. Inténtelo de nuevo en un minuto.",
    "later_title": "Esto no funciona en este momento",
    "later": "Inténtelo de nuevo en unos minutos. No se perdió nada.",
}
