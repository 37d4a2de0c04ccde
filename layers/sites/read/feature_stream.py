"""A GeoJSON FeatureCollection read feature by feature: the text is never in memory as a whole."""

import json
from collections.abc import Iterator
from typing import TextIO

_BLOCK = 1 << 20
_LONGEST = 32_000_000
"""Longest feature, characters: more than the most vertices of a site take."""

_BLANK = " \t\r\n"
_BEHIND = frozenset(",]}" + _BLANK)
FEATURES = "features"

Member = tuple[str, object]
_DECODER = json.JSONDecoder()


class NotGeoJsonError(ValueError):
    """Valid JSON so far, but no FeatureCollection."""


def read_members(text: TextIO) -> Iterator[Member]:
    """Members of the JSON object in order; each feature comes by itself, as ``("features", feature)``.

    Raises
    ------
    NotGeoJsonError
        If it is no object, or its features are not one list.
    ValueError
        If it is no JSON, or no UTF-8.
    """
    cursor = _Cursor(text)
    if cursor.peek() not in {"{", ""}:
        cursor.value()
        cursor.end()
        raise NotGeoJsonError("not an object")
    listed = False
    for _ in cursor.items("{", "}"):
        key = cursor.value()
        if not isinstance(key, str):
            raise cursor.fault("a key must be a text")
        cursor.take(":")
        if key != FEATURES:
            yield key, cursor.value()
            continue
        if listed or cursor.peek() != "[":
            raise NotGeoJsonError("features must be one list")
        listed = True
        for _ in cursor.items("[", "]"):
            yield FEATURES, cursor.value()
    cursor.end()
    if not listed:
        raise NotGeoJsonError("no features")


class _Cursor:
    """A place in JSON text of which only the part around it is held."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._passed = 0
        self._ended = False

    def _more(self) -> None:
        # Three times what is held: a value that is longer than a block is then tried again a few times only.
        held = len(self._held) - self._at
        block = self._text.read(max(_BLOCK, min(3 * held, _LONGEST + 1 - held)))
        self._held = self._held[self._at :] + block
        self._passed += self._at
        self._at = 0
        self._ended = not block

    def peek(self) -> str:
        """The next character that is no blank; the empty text at the end."""
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in _BLANK:
                    return self._held[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more()

    def take(self, character: str) -> None:
        """Step over a character that must be next."""
        found = self.peek()
        if found != character:
            raise self.fault(f"expected {character!r}, found {found or 'the end'!r}")
        self._at += 1

    def items(self, opening: str, closing: str) -> Iterator[None]:
        """Stop at each item of a list or object, in turn; whoever iterates steps over the item."""
        self.take(opening)
        if self.peek() == closing:
            self.take(closing)
            return
        yield
        while self.peek() != closing:
            self.take(",")
            yield
        self.take(closing)

    def value(self) -> object:
        """Step over one value and return it."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._held, self._at)
            except RecursionError:
                raise self.fault("nested too deeply") from None
            except ValueError as error:
                if self._ended:
                    raise self.fault(getattr(error, "msg", str(error))) from None
                if len(self._held) - self._at > _LONGEST:
                    raise self.fault(f"longer than {_LONGEST} characters, or broken") from None
            else:
                # A number may go on behind what is held: 0 of 0.5. The rest says itself where it ends.
                if self._ended or not isinstance(found, int | float) or self._held[end : end + 1] in _BEHIND:
                    self._at = end
                    return found
            self._more()

    def end(self) -> None:
        """Nothing may follow."""
        if found := self.peek():
            raise self.fault(f"expected the end, found {found!r}")

    def fault(self, reason: str) -> ValueError:
        """What is wrong, and where."""
        return ValueError(f"{reason}, in or after character {self._passed + self._at + 1}")
