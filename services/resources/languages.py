"""Languages as listings name them, and their ISO 639-1 codes (639-3 where there is none)."""

import re

NAMES = {
    "af": "afrikaans",
    "am": "amharic",
    "ar": "arabic",
    "ase": "american sign language, sign language, asl",
    "bn": "bengali, bangla",
    "bs": "bosnian",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english, ingles",
    "es": "spanish, espanol, castellano",
    "fa": "farsi, persian, dari",
    "fi": "finnish",
    "fr": "french, francais",
    "gu": "gujarati",
    "he": "hebrew",
    "hi": "hindi",
    "hmn": "hmong",
    "hr": "croatian",
    "ht": "haitian creole, haitian, creole, kreyol",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "is": "icelandic",
    "it": "italian",
    "ja": "japanese",
    "kar": "karen, s'gaw karen",
    "km": "khmer, cambodian",
    "ko": "korean",
    "ku": "kurdish",
    "lo": "lao, laotian",
    "my": "burmese",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "om": "oromo",
    "pa": "punjabi, panjabi",
    "pl": "polish",
    "ps": "pashto",
    "pt": "portuguese, portugues",
    "ro": "romanian",
    "ru": "russian",
    "rw": "kinyarwanda",
    "sd": "sindhi",
    "so": "somali",
    "sr": "serbian",
    "sv": "swedish",
    "sw": "swahili, kiswahili",
    "ta": "tamil",
    "te": "telugu",
    "th": "thai",
    "ti": "tigrinya",
    "tl": "tagalog, filipino",
    "tr": "turkish",
    "uk": "ukrainian",
    "ur": "urdu",
    "uz": "uzbek",
    "vi": "vietnamese",
    "yi": "yiddish",
    "yo": "yoruba",
    "zh": "chinese, mandarin, cantonese, taiwanese",
}

_CODES = {word: code for code, words in NAMES.items() for word in words.split(", ")}
_UNACCENTED = str.maketrans("áéíóúñçèê", "aeiouncee")
_ANY = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _CODES), key=len, reverse=True)) + r")\b")


def codes_in(text: str) -> list[str]:
    """The codes of every language that `text` names, in order: `Spanish (limited)` -> es."""
    found = _ANY.findall(text.lower().replace("-", " ").translate(_UNACCENTED))
    return list(dict.fromkeys(_CODES[word] for word in found))
