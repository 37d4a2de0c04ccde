"""The rulebook for people: a list to browse and filter, and each rule with its history."""

from datetime import date

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request

from geo.errors import FenquError
from geo.model import HISTORY_FROM, Bundle
from geo.words.rules import basis_on
from server import checks, current, describe, rule_view
from server.lang import HTML_LANG, LANGS, current_lang
from server.pages import home_places
from server.rule_choice import Choice

rule_pages = Blueprint("rule_pages", __name__, template_folder="templates")


@rule_pages.get("/rules")
def index() -> Response:
    """Rules in force on a date, of a layer, for an activity, in a place, or with some words."""
    bundle = current.bundle()
    choice = Choice(**{key: _asked(key) for key in ("layer", "activity", "place", "text")})
    on, trouble = _day()
    groups: tuple[rule_view.Group, ...] = ()
    if not trouble:
        try:
            groups = rule_view.listed(bundle, on, choice)
        except FenquError as error:
            trouble = _told(error)
    places = rule_view.place_choices(bundle, {p["id"]: p["name"] for p in home_places(bundle)})
    return _page(
        "rules.html",
        bundle,
        on=on,
        choice=choice,
        groups=groups,
        count=sum(len(group.rules) for group in groups),
        trouble=trouble,
        layers=rule_view.layer_choices(bundle),
        activities=rule_view.activity_choices(bundle),
        places=places,
    )


@rule_pages.get("/rules/<rule_id>")
def one(rule_id: str) -> Response:
    """A rule in words: every version, articles old and new, worked cases, state of review."""
    bundle = current.bundle()
    on, trouble = _day()
    versions = rule_view.history(bundle, rule_id, on)
    if not versions:
        abort(404)
    return _page("rule.html", bundle, on=on, rule_id=rule_id, versions=versions, trouble=trouble)


def _page(template: str, bundle: Bundle, **told: object) -> Response:
    lang = current_lang()
    page = render_template(
        template,
        lang=lang,
        langs=LANGS,
        html_lang=HTML_LANG[lang],
        words=current_app.extensions["fenqu_words"][lang],
        title=bundle.title.get(lang),
        synthetic=describe.is_synthetic(bundle),
        history_from=HISTORY_FROM,
        basis_on=basis_on,
        here=request.path,
        kept=[(key, value) for key, value in request.args.items() if key != "lang"],
        **told,
    )
    response = make_response(page)
    response.headers["Content-Language"] = HTML_LANG[lang]
    response.vary.add("Accept-Language")
    return response


def _asked(key: str) -> str | None:
    """A filter; a field of the form that was left empty asks for nothing."""
    return request.args.get(key, "").strip()[:200] or None


def _day() -> tuple[date, str]:
    """The date asked for; where it is none, today and what is wrong with it."""
    today = current.today()
    try:
        return checks.read_day(_asked("on"), today=today), ""
    except FenquError as error:
        return today, _told(error)


def _told(error: FenquError) -> str:
    return "; ".join(problem.line(current_lang()) for problem in error.problems)
