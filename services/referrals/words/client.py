"""What we say to a client: on the answer page, and in the message that leads there."""

from typing import Final

ENGLISH: Final = {
    "title": "Did you get help?",
    "question": "Did you get the help you were referred for?",
    "question_at": "Did you get the help you were referred for at {service}?",
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "not_yet": "Not yet",
    "how_much": "If you like, tell us how much it helped:",
    "a_little": "1 – not at all",
    "a_lot": "5 – a lot",
    "no_rating": "I would rather not say",
    "thanks_title": "Thank you",
    "thanks": "Your answer was received. You can close this page.",
    "again": "If something changes, open the same link and answer again.",
    "gone_title": "This page is not available",
    "gone": "The link is not complete, or it is no longer valid. Ask the person who gave it to you.",
    "mail_subject": "A short question",
    "mail_body": (
        "Hello,\n\nwe would like to ask you one short question. It takes one tap:\n\n{url}\n\n"
        "If you were not expecting this message, please ignore it.\n"
    ),
    "text": "A short question for you, one tap: {url}",
}
SPANISH: Final = {
    "title": "¿Recibió ayuda?",
    "question": "¿Recibió la ayuda para la que le refirieron?",
    "question_at": "¿Recibió la ayuda para la que le refirieron a {service}?",
    "yes": "Sí",
    "partly": "En parte",
    "no": "No",
    "not_yet": "Todavía no",
    "how_much": "Si lo desea, díganos cuánto le ayudó:",
    "a_little": "1 – nada",
    "a_lot": "5 – mucho",
    "no_rating": "Prefiero no decirlo",
    "thanks_title": "Gracias",
    "thanks": "Recibimos su respuesta. Puede cerrar esta página.",
    "again": "Si algo cambia, abra el mismo enlace y responda de nuevo.",
    "gone_title": "Esta página no está disponible",
    "gone": "El enlace está incompleto o ya no es válido. Pregunte a quien se lo dio.",
    "mail_subject": "Una pregunta breve",
    "mail_body": (
        "Hola:\n\nQuisiéramos hacerle una pregunta breve. Basta con un toque:\n\n{url}\n\n"
        "Si no esperaba este mensaje, por favor ignórelo.\n"
    ),
    "text": "Una pregunta breve para usted, un toque: {url}",
}
