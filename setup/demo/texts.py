"""What people of the demo write, in their own language; the words lie beside, as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

_HERE = Path(__file__).parent
_BEFORE_SIGN = re.compile(r" (?=[:;?!»])")
_AFTER_QUOTE = re.compile(r"(?<=«) ")
_DEVICES = ("LT-2041", "LT-2187", "LT-2260", "PC-0713", "PC-0958", "LT-2319", "PC-1102")
_ROOMS = ("A1.07", "A2.15", "B1.22", "B3.04", "C2.11", "C4.30")


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, in one language."""

    title: str
    details: str
    solution: str


class Texts:
    """Picks words by the dice of one run."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._stories: dict[str, list[Mapping[str, Any]]] = {}
        for story in json.loads((_HERE / "stories.json").read_text("utf-8")):
            self._stories.setdefault(story["category"], []).append(story)
        self._phrases = json.loads((_HERE / "phrases.json").read_text("utf-8"))

    def story(self, category: str, language: str) -> Story:
        """Return what a person reports about a category, devices and rooms filled in."""
        words = self._dice.choice(self._stories[category])[language]
        names = {"device": self._dice.choice(_DEVICES), "room": self._dice.choice(_ROOMS)}
        filled = {key: typeset(language, text.format(**names)) for key, text in words.items()}
        return Story(**filled)

    def phrase(self, name: str, language: str) -> str:
        """Return one of the sentences that fit any ticket."""
        return typeset(language, self._dice.choice(self._phrases[name][language]))


def typeset(language: str, text: str) -> str:
    """Return `text` with the narrow spaces that French asks for."""
    if language != "fr":
        return text
    return _AFTER_QUOTE.sub("\u202f", _BEFORE_SIGN.sub("\u202f", text))
