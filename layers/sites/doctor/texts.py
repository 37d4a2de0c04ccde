"""Text that was read in the wrong encoding (mojibake): how it came about tells how to undo it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from geo.model import Advice, Text
from layers.sites.faults import clip

_LOOKED_AT = 400
"""Characters of a cell that are looked at: a longer one is no name."""

_FOREIGN = re.compile("[^\x00-\x7f]")
_HAN = "\u4e00-\u9fff"
_CHINESE = re.compile(f"[\x20-\x7e\t\r\n{_HAN}\u3000-\u303f\uff00-\uff5e°′″²³·—–…“”‘’]*")
_HAS_HAN = re.compile(f"[{_HAN}]")
_LOST = re.compile("\ufffd|锟斤拷|烫烫烫")
"""What is left where the bytes themselves are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRemedy:
    """One way in which text is misread.

    Attributes
    ----------
    read_as, was
        Encoding it was read in, and the one it was written in.
    """

    name: str
    read_as: str
    was: str

    @property
    def doubt(self) -> Text:
        """What is suspected."""
        return Text(
            f"文字乱码：{_TITLES[self.was]} 文字被当作 {_TITLES[self.read_as]} 读取",
            f"garbled text: {_TITLES[self.was]} was read as {_TITLES[self.read_as]}",
        )

    @property
    def deed(self) -> Text:
        """What it does."""
        return Text("按原编码还原列名与文字", "headers and text put back into their own encoding")

    @property
    def done(self) -> Text:
        """What is said where it was asked for."""
        return Text(
            f"按要求以 {self.name} 处理：表中乱码文字已还原，其余文字不变",
            f"{self.name} applied as asked: garbled text of the table put back, other text as it was",
        )

    def undo(self, text: str) -> str | None:
        """The text as it was written; None where it is not garbled in this way."""
        if not _FOREIGN.search(text):
            return None
        try:
            back = _bytes(text, self.read_as).decode(self.was)
        except UnicodeError:
            return None
        if not (_HAS_HAN.search(back) and _CHINESE.fullmatch(back)):
            return None
        # Two bytes above ASCII make a character: one alone, as in “area’s”, takes a letter for its second.
        whole = self.was != "gb18030" or _count(text) == 2 * _count(back)
        return back if whole else None


def _bytes(text: str, codec: str) -> bytes:
    """What the text was read from; the few bytes that Windows-1252 leaves free stand for themselves."""
    if codec != "cp1252":
        return text.encode(codec)
    return b"".join(c.encode("latin-1" if "\x80" <= c <= "\x9f" else codec) for c in text)


def _count(text: str) -> int:
    return len(_FOREIGN.findall(text))


_TITLES = {"utf-8": "UTF-8", "gb18030": "GBK", "cp1252": "Latin-1"}
TEXT_REMEDIES = {
    remedy.name: remedy
    for remedy in (
        TextRemedy(name="text-utf8-read-as-gbk", read_as="gb18030", was="utf-8"),
        TextRemedy(name="text-gbk-read-as-latin1", read_as="cp1252", was="gb18030"),
        TextRemedy(name="text-utf8-read-as-latin1", read_as="cp1252", was="utf-8"),
    )
}


def garbled(texts: Iterable[str]) -> tuple[TextRemedy, str, str] | None:
    """The first text that is garbled: how, as given, and as it was written."""
    for text in texts:
        if not _FOREIGN.search(text):
            continue
        for remedy in reversed(TEXT_REMEDIES.values()):
            if (back := remedy.undo(text)) is not None:
                return remedy, text, back
    return None


def advice_on(cells: Iterable[object]) -> tuple[Advice, ...]:
    """What is advised about headers or cells; nothing where none is garbled."""
    texts = [cell for cell in cells if isinstance(cell, str) and len(cell) <= _LOOKED_AT]
    found = garbled(texts)
    if found is not None:
        return (_advised(*found),)
    lost = next((text for text in texts if _LOST.search(text)), None)
    return () if lost is None else (_gone(lost),)


def _advised(remedy: TextRemedy, given: str, back: str) -> Advice:
    given, back = clip(given), clip(back)
    doubt = remedy.doubt
    return Advice(
        remedies=(remedy.name,),
        given=given,
        would_be=back,
        lies=None,
        text=Text(
            f"疑似{doubt.zh}：所给「{given}」，还原后为「{back}」。文字未作改动",
            f"perhaps {doubt.en}: given “{given}”, put back it would be “{back}”. Nothing was changed",
        ),
    )


def _gone(text: str) -> Advice:
    return Advice(
        remedies=(),
        given=clip(text),
        would_be="",
        lies=None,
        text=Text(
            f"文字「{clip(text)}」在前次保存时已丢失，无法还原：请从原文件以 UTF-8 或 GB18030 重新导出",
            f"the text “{clip(text)}” was lost when it was last saved and cannot be put back: export the "
            "original again, as UTF-8 or GB18030",
        ),
    )
