"""One broken catalogue per fault, with the words of its message."""

from datetime import date

import pytest

from geo.errors import BundleError
from geo.model import EditionStatus
from layers.bundle import lint, load_bundle
from layers.catalogue import read_catalogue
from layers.strictyaml import Faults
from tests.builders import both, box, layer, make_bundle, rule, square, write_yaml, zone


def _park(**keys):
    return layer("park", [zone(square(0, 0), "P1", "core")], **{"classes": ["core", "edge"], **keys})


def _problems(folder):
    with pytest.raises(BundleError) as caught:
        load_bundle(folder)
    return caught.value.problems


@pytest.mark.parametrize(
    ("keys", "where", "english", "chinese"),
    [
        ({"title": None}, "park.title", "the required key title is missing", "缺少必填键 title"),
        ({"authority": None}, "park.authority", "required key authority", "缺少必填键 authority"),
        ({"licence": None}, "park.licence", "required key licence", "缺少必填键 licence"),
        ({"synthetic": None}, "park.synthetic", "required key synthetic", "缺少必填键 synthetic"),
        ({"accuracy_m": -5}, "park.accuracy_m", "out of range", "超出范围"),
        ({"kind": "vectors"}, "park.kind", "did you mean vector?", "是否为 vector？"),
        ({"status": "in force"}, "park.status", "did you mean in_force?", "是否为 in_force？"),
        ({"valid_from": "2021-03"}, "park.valid_from", "a date is wanted", "须为日期"),
        ({"valid_to": date(2021, 3, 1)}, "park.valid_to", "valid_to must be later", "失效日期须晚于生效日期"),
        ({"coverage": None}, "park", "a vector layer needs its coverage", "须给出覆盖范围"),
        (
            {"fields": {"zone_id": "zone_id"}},
            "park.fields",
            "fields must name the column of zone_class",
            "zone_class",
        ),
        (
            {"fields": {"zone_id": {"colum": "x"}, "zone_class": "c"}},
            "zone_id.colum",
            "unknown key",
            "未知的键",
        ),
        ({"fields": {"zone_id": {}, "zone_class": "c"}}, "zone_id", "a column name is wanted", "须为列名"),
        ({"crs": "WGS94"}, "park.crs", "unknown or unusable coordinate reference", "未知或不可用的坐标系"),
        ({"crs": "GCJ-02"}, "park.crs", "convert shifted coordinates first", "偏移坐标请先转换"),
        (
            {"path": "../park.geojson"},
            "park.path",
            "a path stays inside the bundle",
            "路径须在数据包文件夹内",
        ),
        ({"path": "/etc/park.shp"}, "park.path", "a path stays inside the bundle", "路径须在数据包文件夹内"),
        ({"path": "https://x.org/p.geojson"}, "park.path", "no remote address", "网络地址"),
        ({"path": "/vsicurl/x.org/p.geojson"}, "park.path", "no remote address", "网络地址"),
        ({"path": "vsizip/x.zip"}, "park.path", "no remote address", "网络地址"),
        ({"path": "data\\park.shp"}, "park.path", "a path stays inside", "路径须在"),
        (
            {"coverage": "../c.geojson"},
            "park.coverage",
            "a path stays inside the bundle",
            "路径须在数据包文件夹内",
        ),
        ({"sha256": "ABC"}, "park.sha256", "does not have the wanted form", "格式不符"),
        ({"rows": -1}, "park.rows", "a whole number is wanted", "须为整数"),
        ({"min_rows": "0"}, "park.min_rows", "a whole number is wanted", "须为整数"),
        ({"edition": 2025}, "park.edition", "put it in quotes", "请加引号"),
        ({"acuracy_m": 5}, "park.acuracy_m", "did you mean accuracy_m?", "是否为 accuracy_m？"),
        (
            {"editions": [{"edition": "old"}]},
            "editions[0].valid_from",
            "required key valid_from",
            "valid_from",
        ),
        (
            {"editions": [{"edition": "2025-01", "valid_from": date(2020, 1, 1)}]},
            "edition",
            "share a name",
            "重复",
        ),
        (
            {"editions": [{"edition": "b", "valid_from": date(2021, 3, 1)}]},
            "edition",
            "or a valid_from",
            "生效日期重复",
        ),
    ],
)
def test_a_fault_of_a_layer_is_told_in_both_languages(tmp_path, keys, where, english, chinese):
    files = {k: v for k, v in keys.items() if k in {"path", "coverage"}}
    entry = _park(**{k: v for k, v in keys.items() if k not in files})
    entry.update({k: v for k, v in files.items() if v is not None})
    if "coverage" in files and files["coverage"] is None:
        del entry["coverage"]
    problems = _problems(make_bundle(tmp_path, [entry]))
    assert any(where in p.where and english in p.hint.en and chinese in p.hint.zh for p in problems), problems
    assert all(p.where.startswith("catalogue.yaml:") for p in problems)


def test_postgis_is_refused_by_name(tmp_path):
    entry = _park()
    entry["path"] = {"postgis": {"table": "zones"}}
    (problem,) = _problems(make_bundle(tmp_path, [entry]))
    assert "postgis" in problem.hint.en
    assert "数据库" in problem.hint.zh


@pytest.mark.parametrize(
    ("catalogue", "where", "english", "chinese"),
    [
        (
            {"bundle": {"id": "b", "title": both("b"), "jurisdictions": [51]}},
            "jurisdictions",
            "quotes",
            "引号",
        ),
        (
            {"bundle": {"id": "b", "title": both("b"), "jurisdictions": ["511"]}},
            "jurisdictions",
            "form",
            "格式",
        ),
        ({"bundle": {"title": both("b")}}, "bundle.id", "the required key id", "缺少必填键 id"),
        ({"rulebok": "none"}, "rulebok", "did you mean rulebook?", "是否为 rulebook？"),
        ({"rulebook": "laws"}, "rulebook", "there is no such rulebook folder", "没有这个规则文件夹"),
        (
            {"distances": {"outfall_m": 100}},
            "distances.outfall_m",
            "no rule asks for this distance",
            "没有规则使用",
        ),
        (
            {"out_of_scope": {"perm_farmland": {"reason": both("r")}}},
            "perm_farmland.ask",
            "required key ask",
            "ask",
        ),
        (
            {"out_of_scope": {"perm_farmlands": {"reason": both("r"), "ask": both("a")}}},
            "perm_farmlands",
            "there is no such layer",
            "没有这个图层",
        ),
        (
            {"out_of_scope": {"park": {"reason": both("r"), "ask": both("a")}}},
            "park",
            "held and out of scope at once",
            "既在 layers 又在 out_of_scope",
        ),
        (
            {"rulebook": "builtin", "out_of_scope": {"eco_redline": {"reason": both("r"), "ask": both("a")}}},
            "eco_redline",
            "may not be out of scope",
            "不得声明为不掌握",
        ),
    ],
)
def test_a_fault_of_the_catalogue_is_told_in_both_languages(tmp_path, catalogue, where, english, chinese):
    folder = make_bundle(tmp_path, [_park()], **catalogue)
    # To look over the whole shipped rulebook beside one layer takes seconds; what refuses it is told at once.
    problems = _problems(folder) if "rulebook" in catalogue else lint(folder)
    assert any(where in p.where and english in p.hint.en and chinese in p.hint.zh for p in problems), problems


def test_a_rule_file_that_is_not_there_is_a_fault(tmp_path):
    folder = make_bundle(tmp_path, [_park()], [rule("R-1", layer="park")])
    (folder / "rules/own.yaml").unlink()
    (problem,) = _problems(folder)
    assert problem.where == "rules/own.yaml"
    assert problem.hint.en == "there is no such file"


def test_a_layer_twice_is_a_fault(tmp_path):
    (problem,) = _problems(make_bundle(tmp_path, [_park(), _park()]))
    assert "other versions go under editions" in problem.hint.en
    assert "其他版本请写在 editions 下" in problem.hint.zh


def test_a_standard_layer_has_the_classes_that_rules_name(tmp_path):
    named = rule("R-1", layer="drinking_water_zone", zone_classes=["1"])
    folder = make_bundle(tmp_path, [layer("drinking_water_zone", classes=["1", "3"])], [named])
    (problem,) = _problems(folder)
    assert problem.given == "3"
    assert "has no such classes" in problem.hint.en
    assert "没有这些分区级别" in problem.hint.zh


@pytest.mark.parametrize(
    "keys",
    [
        {"distances": {"outfall_m": 1000}},
        {
            "out_of_scope": {
                "perm_farmlands": {"reason": {"zh": "无", "en": "none"}, "ask": {"zh": "局", "en": "bureau"}}
            }
        },
    ],
    ids=["a distance no rule asks for", "a layer no rule asks for"],
)
def test_what_changes_no_answer_is_told_by_lint_and_refuses_nothing(tmp_path, keys):
    folder = make_bundle(tmp_path, [_park()], **keys)
    assert load_bundle(folder).layers.keys() == {"park"}
    assert len(lint(folder)) == 1


def test_all_faults_of_all_layers_come_at_once(tmp_path):
    entries = [_park(kind="grid"), layer("river", classes=["a"], accuracy_m="5", synthetic="yes")]
    problems = _problems(make_bundle(tmp_path, entries, rules=[rule("R-1", layer="park", effect="ban")]))
    assert [p.where.split()[1] for p in problems] == [
        "park.kind",
        "river.accuracy_m",
        "river.synthetic",
        "R-1.effect",
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "bundle: [\n"])
def test_a_catalogue_that_is_no_catalogue_is_refused(tmp_path, text):
    (tmp_path / "catalogue.yaml").write_text(text, encoding="utf-8")
    assert len(_problems(tmp_path)) == 1


def test_a_folder_without_catalogue_is_refused(tmp_path):
    (problem,) = _problems(tmp_path)
    assert problem.hint.en == "there is no such file"


def test_editions_replace_what_they_name_and_keep_the_rest(tmp_path):
    old = {
        "edition": "2021",
        "path": "data/old.geojson",
        "valid_from": date(2020, 1, 1),
        "valid_to": date(2021, 3, 1),
    }
    entry = _park(sha256="0" * 64, rows=1, stale_after=date(2027, 1, 1), approval_doc="A", editions=[old])
    spec = read_catalogue(make_bundle(tmp_path, [entry]), Faults())
    new, former = spec.layers[0].editions
    assert (former.edition, former.path, former.valid_to) == ("2021", "data/old.geojson", date(2021, 3, 1))
    assert (former.accuracy_m, former.crs, former.coverage) == (new.accuracy_m, new.crs, new.coverage)
    assert (former.stale_after, former.status) == (date(2027, 1, 1), EditionStatus.IN_FORCE)
    # What belongs to one file or one approval is not another's.
    assert (former.sha256, former.rows, former.approval_doc) == (None, None, None)


def test_editions_come_newest_first_and_classes_from_all(tmp_path):
    old = {"edition": "old", "valid_from": date(2020, 1, 1), "classes": {"legacy": both("legacy")}}
    bundle = load_bundle(make_bundle(tmp_path, [_park(editions=[old])]))
    park = bundle.layers["park"]
    assert [edition.edition for edition in park.editions] == ["2025-01", "old"]
    assert set(park.classes) == {"core", "edge", "legacy"}
    assert park.edition_on(date(2020, 6, 1)).edition == "old"


def test_style_notes_and_restriction_are_kept(tmp_path):
    entry = _park(style={"fill": "#00ff00", "fill_opacity": 0.4}, notes=both("n"), restricted=True)
    park = load_bundle(make_bundle(tmp_path, [entry])).layers["park"]
    assert (park.style, park.notes.en, park.restricted) == (
        {"fill": "#00ff00", "fill_opacity": "0.4"},
        "n",
        True,
    )


def test_out_of_scope_layers_carry_the_standard_title(tmp_path):
    scope = {"perm_farmland": {"reason": both("not published"), "ask": both("bureau")}}
    bundle = load_bundle(make_bundle(tmp_path, [_park(coverage=box(0, 0, 1, 1))], out_of_scope=scope))
    assert bundle.out_of_scope["perm_farmland"].title.zh == "永久基本农田"
    assert bundle.layer_titles["park"].en == "park"


def test_a_rulebook_folder_of_the_same_shape(tmp_path):
    write_yaml(tmp_path / "laws/county/own.yaml", [rule("L-1", layer="park")])
    bundle = load_bundle(make_bundle(tmp_path, [_park()], rulebook="laws"))
    assert [(r.id, r.source) for r in bundle.rulebook.rules] == [("L-1", "laws/county/own.yaml:1")]
    assert "nature" in bundle.rulebook.facts
