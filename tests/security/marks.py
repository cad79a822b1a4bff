"""Markers that stand for what is personal: each field has its own, so that a leak names its source."""

import random
from dataclasses import dataclass, field

SYLLABLES = (
    "ba",
    "do",
    "fe",
    "gu",
    "ki",
    "lo",
    "mi",
    "nu",
    "pa",
    "re",
    "so",
    "tu",
    "vy",
    "we",
    "xa",
)


@dataclass
class Marks:
    """`made`: every marker by the field it stands in; `encrypted`: those whose columns are sealed."""

    made: dict[str, str] = field(default_factory=dict)
    encrypted: set[str] = field(default_factory=set)
    _chance: random.Random = field(default_factory=lambda: random.Random(20261122))

    def plain(self, name: str) -> str:
        """A word for a personal field that the domain keeps readable in its column."""
        word = "Zq" + "".join(self._chance.choice(SYLLABLES) for _ in range(8))
        return self._keep(name, word)

    def sealed(self, name: str) -> str:
        """A word for a personal field whose column must be encrypted."""
        word = self.plain(name)
        self.encrypted.add(word)
        return word

    def phone(self, name: str) -> str:
        return self._keep(name, f"+1555{self._chance.randrange(10**7):07}")

    def email(self, name: str) -> str:
        return f"{self.plain(name)}@canary.example"

    def _keep(self, name: str, word: str) -> str:
        self.made[word] = name
        return word
