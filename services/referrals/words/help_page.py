"""What we say to a person who asks for help on a public page."""

from typing import Final

ENGLISH: Final = {
    "help_title": "Ask {name} for help",
    "help_mistake": "Mistake: ",
    "help_look": "Please look at this again",
    "help_intro": (
        "Tell us what you need. Somebody at {name} reads it within 24 hours and gets in touch with you."
    ),
    "help_danger": (
        "If you are in danger now, or somebody needs a doctor at once, call 911 or your local "
        "emergency number."
    ),
    "help_category": "What do you need help with?",
    "help_choose": "Please choose",
    "help_words": "In your own words, if you like",
    "help_words_hint": "Up to 2,000 characters. Please leave out ID and bank numbers.",
    "help_you": "About you",
    "help_given_name": "First name",
    "help_family_name": "Last name",
    "help_speaks": "Your language",
    "help_reach": "How can we reach you?",
    "help_reach_hint": "One of the two is enough.",
    "help_phone": "Telephone",
    "help_email": "E-mail",
    "help_safe": "Is it safe to contact you this way?",
    "help_safe_hint": "Think of who else can hear your telephone or read your messages.",
    "help_safe_yes": "Yes, it is safe",
    "help_safe_no": "No",
    "help_send": "Send",
    "help_privacy": "Only {name} gets what you write here.",
    "help_later": "It could not be sent just now. Nothing was lost: press Send again in a minute.",
    "help_wrong_given_name": "Write your first name",
    "help_wrong_family_name": "Write your last name",
    "help_wrong_phone": "Write a telephone number such as 305 555 0100, or an e-mail address",
    "help_wrong_email": "Write an e-mail address such as name@example.org",
    "help_wrong_safe": "We only contact people where it is safe: give us a way that is, and choose Yes",
    "help_wrong_speaks": "Choose a language",
    "help_wrong_category": "Choose what you need help with",
    "help_wrong_words": "Write at most 2,000 characters",
    "help_thanks_title": "We have your request",
    "help_received": "{name} has received what you wrote. You can close this page.",
    "help_next": (
        "Within 24 hours somebody reads it and gets in touch with you the way you told us. You need not "
        "send it again."
    ),
}
SPANISH: Final = {
    "help_title": "Pida ayuda a {name}",
    "help_mistake": "Error: ",
    "help_look": "Por favor, revise lo siguiente",
    "help_intro": (
        "Díganos qué necesita. Alguien de {name} lo leerá en un plazo de 24 horas y se comunicará con "
        "usted."
    ),
    "help_danger": (
        "Si está en peligro ahora, o si alguien necesita un médico de inmediato, llame al 911 o al "
        "número de emergencias de su zona."
    ),
    "help_category": "¿Con qué necesita ayuda?",
    "help_choose": "Elija, por favor",
    "help_words": "Con sus propias palabras, si lo desea",
    "help_words_hint": "Hasta 2,000 caracteres. No escriba números de identificación ni de banco.",
    "help_you": "Sobre usted",
    "help_given_name": "Nombre",
    "help_family_name": "Apellido",
    "help_speaks": "Su idioma",
    "help_reach": "¿Cómo podemos comunicarnos con usted?",
    "help_reach_hint": "Basta con uno de los dos.",
    "help_phone": "Teléfono",
    "help_email": "Correo electrónico",
    "help_safe": "¿Es seguro comunicarnos con usted de esta manera?",
    "help_safe_hint": "Piense en quién más puede oír su teléfono o leer sus mensajes.",
    "help_safe_yes": "Sí, es seguro",
    "help_safe_no": "No",
    "help_send": "Enviar",
    "help_privacy": "Solo {name} recibe lo que usted escribe aquí.",
    "help_later": (
        "No se pudo enviar en este momento. No se perdió nada: pulse Enviar otra vez en un minuto."
    ),
    "help_wrong_given_name": "Escriba su nombre",
    "help_wrong_family_name": "Escriba su apellido",
    "help_wrong_phone": "Escriba un teléfono como 305 555 0100, o un correo electrónico",
    "help_wrong_email": "Escriba un correo electrónico como nombre@example.org",
    "help_wrong_safe": (
        "Solo nos comunicamos con las personas donde es seguro: denos una manera segura y elija Sí"
    ),
    "help_wrong_speaks": "Elija un idioma",
    "help_wrong_category": "Elija con qué necesita ayuda",
    "help_wrong_words": "Escriba como máximo 2,000 caracteres",
    "help_thanks_title": "Recibimos su solicitud",
    "help_received": "{name} recibió lo que usted escribió. Puede cerrar esta página.",
    "help_next": (
        "En un plazo de 24 horas alguien lo leerá y se comunicará con usted de la manera que nos "
        "indicó. No hace falta que lo envíe otra vez."
    ),
}
