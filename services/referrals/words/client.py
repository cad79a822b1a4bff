"""What we say to a client: on the pages behind their link, and in the message that leads there."""

from typing import Final

ENGLISH: Final = {
    "title": "Did you get help?",
    "question": "Did you get the help you were referred for?",
    "question_at": "Did you get the help you were referred for at {service}?",
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "not_yet": "Not yet",
    "choose": "Please tap one of the answers.",
    "you_answered": "You answered “{answer}” on {day}. You can change it.",
    "your_answer": "Your answer: {answer}",
    "helped_title": "One more question, if you like",
    "how_much": "How much did it help?",
    "a_little": "1 – not at all",
    "a_lot": "5 – a lot",
    "no_rating": "Skip this question",
    "thanks_title": "Thank you",
    "you_said": "You answered “{answer}”.",
    "then_yes": "That is all we wanted to know. You can close this page.",
    "then_partly": "We will look at what you still need. You can close this page.",
    "then_no": "We will look into it. You can close this page.",
    "then_dispute": (
        "The service told us that you were helped. Your word counts as much: somebody will look "
        "into it and get in touch with you."
    ),
    "then_not_yet": "We will ask you again in a few days. You can close this page.",
    "again": "If something changes, open the same link and answer again.",
    "change": "Change my answer",
    "stop_link": "I no longer want this help",
    "stop_title": "You no longer want this help?",
    "stop_what": (
        "We will tell the service that you do not need it. You can always ask for help again later."
    ),
    "stop_yes": "I no longer want it",
    "stop_no": "Go back",
    "stopped_title": "We have taken note",
    "stopped": "This help was cancelled for you. You can close this page.",
    "stopping": "We have asked the service to stop. You can close this page.",
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
    "choose": "Por favor, toque una de las respuestas.",
    "you_answered": "Usted respondió «{answer}» el {day}. Puede cambiar su respuesta.",
    "your_answer": "Su respuesta: {answer}",
    "helped_title": "Una pregunta más, si lo desea",
    "how_much": "¿Cuánto le ayudó?",
    "a_little": "1 – nada",
    "a_lot": "5 – mucho",
    "no_rating": "Omitir esta pregunta",
    "thanks_title": "Gracias",
    "you_said": "Usted respondió «{answer}».",
    "then_yes": "Es todo lo que queríamos saber. Puede cerrar esta página.",
    "then_partly": "Veremos qué es lo que todavía necesita. Puede cerrar esta página.",
    "then_no": "Vamos a averiguar qué pasó. Puede cerrar esta página.",
    "then_dispute": (
        "El servicio nos dijo que usted recibió ayuda. Su palabra vale lo mismo: alguien averiguará "
        "qué pasó y se comunicará con usted."
    ),
    "then_not_yet": "Le preguntaremos otra vez en unos días. Puede cerrar esta página.",
    "again": "Si algo cambia, abra el mismo enlace y responda de nuevo.",
    "change": "Cambiar mi respuesta",
    "stop_link": "Ya no quiero esta ayuda",
    "stop_title": "¿Ya no quiere esta ayuda?",
    "stop_what": (
        "Le diremos al servicio que ya no la necesita. Siempre puede volver a pedir ayuda más adelante."
    ),
    "stop_yes": "Ya no la quiero",
    "stop_no": "Volver",
    "stopped_title": "Hemos tomado nota",
    "stopped": "Esta ayuda quedó cancelada. Puede cerrar esta página.",
    "stopping": "Le pedimos al servicio que no siga adelante. Puede cerrar esta página.",
    "mail_subject": "Una pregunta breve",
    "mail_body": (
        "Hola:\n\nQuisiéramos hacerle una pregunta breve. Basta con un toque:\n\n{url}\n\n"
        "Si no esperaba este mensaje, por favor ignórelo.\n"
    ),
    "text": "Una pregunta breve para usted, un toque: {url}",
}
