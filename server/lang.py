"""Which language an answer is in, and the words of the pages."""

import json
from pathlib import Path

from flask import current_app, request

LANGS: tuple[str, ...] = ("zh", "en")
HTML_LANG: dict[str, str] = {"zh": "zh-CN", "en": "en"}


def current_lang() -> str:
    """Language of this request: ``?lang=``, else Accept-Language, else the setting."""
    asked = request.args.get("lang")
    if asked in LANGS:
        return asked
    accepted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    return accepted[:2] if accepted else str(current_app.config["FENQU_LANG"])


def read_words(folder: Path) -> dict[str, dict[str, str]]:
    """Words of the pages from ``<folder>/<lang>.json``: one file serves templates and browser code."""
    return {lang: json.loads((folder / f"{lang}.json").read_text("utf-8")) for lang in LANGS}
