"""The command itself: one coordinate, exit codes, what is refused before the first row."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import check_sites
from scripts.check_sites import main

REPOSITORY = Path(__file__).resolve().parents[2]
PLANT = ("--activity", "化工", "--fact", "建设性质=新建")


@pytest.mark.parametrize("place", ["105.805,32.505", "105.805, 32.505", " 105.805 ，32.505"])
def test_one_coordinate_is_answered_in_words(check: Callable, place: str) -> None:
    call = check(place, *PLANT)
    assert call.code == 0
    for words in (
        "示范数据，非法定边界",
        "研判结论: 涉及禁止性要求",
        "未核查部分最重可能",
        "T-01",
        "《测试法》第1条",
        "水源一",
        "永久基本农田 [perm_farmland]: 未公开 → 自然资源局",
        "研判参考，不替代审批",
        "未注明坐标系",
    ):
        assert words in call.out


def test_one_coordinate_in_english(check: Callable) -> None:
    call = check("105.9,32.6", *PLANT, "--lang", "en")
    assert "Verdict: No conflict found" in call.out
    assert "demonstration data" in call.out
    assert not any("\u4e00" <= c <= "\u9fff" for c in call.out.replace("法", "")), "no Chinese is left over"


@pytest.mark.parametrize("place", ["-105.805,32.505", "-105.805, -32.505", "-105.805，32.505"])
def test_negative_numbers_are_a_place_not_an_option(check: Callable, place: str) -> None:
    call = check(place, *PLANT)
    assert call.code == 0
    assert "W" in call.out
    assert "未覆盖" in call.out


@pytest.mark.parametrize(
    ("place", "words"),
    [("32.505,205.805", "超出经纬度范围"), ("105.8x,32.5", "读不成经纬度"), ("nan,32.5", "读不成经纬度")],
)
def test_a_wrong_coordinate_is_a_refused_row(check: Callable, place: str, words: str) -> None:
    call = check(place)
    assert call.code == 1
    assert "坐标被退回，未作研判" in call.out
    assert words in call.out


def test_a_coordinate_can_be_written_to_a_file(check: Callable, tmp_path: Path) -> None:
    out = tmp_path / "one.csv"
    assert check("105.805,32.505", *PLANT, "-o", out).code == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("105.805,32.505,1,ok,prohibited")


def test_a_projected_coordinate(check: Callable) -> None:
    call = check("35575648.17,3598138.10", *PLANT, "--crs", "EPSG:4523")
    assert "涉及禁止性要求" in call.out
    assert check("105.8,32.5", "--crs", "EPSG:4523").code == 1


@pytest.mark.parametrize(
    ("args", "zh", "en"),
    [
        (("105.9,32.6", "--on", "2021-02-28"), "早于规则库的起始日", "before the rulebook begins"),
        (("105.9,32.6", "--on", "yesterday"), "读不成日期", "not a date"),
        (("105.9,32.6", "--activity", "独角兽"), "未知的项目类型", "unknown activity"),
        (("105.9,32.6", "--fact", "nature"), "名称=取值", "NAME=VALUE"),
        (("105.9,32.6", "--fact", "nature=new", "--fact", "nature=new"), "只写一次", "once"),
        (("105.9,32.6", "--fact", "magic=yes"), "未知的项目参数", "unknown fact"),
        (("105.9,32.6", "--fact", "nature=magic"), "取值不合要求", "not allowed"),
        (("105.9,32.6", "--crs", "EPSG:0"), "未知或不可用的坐标系", "unknown or unusable"),
        (("105.9,32.6", "--workers", "0"), "进程数至少为 1", "at least one process"),
        (("105.9,32.6", "--scheduler", "tcp://127.0.0.1:1"), "只与 --engine dask 同用", "goes with"),
        (("105.9,32.6", "--resume"), "需要用 -o", "needs an output file"),
        (("105.9,32.6", "--hits"), "需要用 -o", "needs an output file"),
        (("105.9,32.6", "-o", "out.docx"), "不支持的输出格式", "unknown output format"),
        (("105.9,32.6", "-o", "nowhere/out.csv"), "文件夹不存在", "does not exist"),
        (("105.9,32.6", "--failures", "bad.xlsx"), "不支持的输出格式", "unknown output format"),
        (("nothing.csv",), "没有这个文件", "there is no such file"),
        (("a,b.csv",), "没有这个文件", "there is no such file"),
        (("Sites",), "没有这个文件", "there is no such file"),
        (("x" * 5000,), "没有这个文件", "there is no such file"),
    ],
)
def test_what_is_refused_before_the_first_row(
    check: Callable, args: tuple[str, ...], zh: str, en: str
) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        call = check(*args, "--lang", lang)
        assert call.code == 2
        assert words in call.err
        assert call.out == ""


def test_outputs_may_not_be_the_input_or_each_other(
    check: Callable, csv_file: Callable, tmp_path: Path
) -> None:
    path = csv_file("lon,lat", "105.9,32.6")
    assert "INPUT 是同一文件" in check(path, "-o", path).err
    assert "-o 是同一文件" in check(path, "-o", tmp_path / "o.csv", "--failures", tmp_path / "o.csv").err
    assert path.read_text(encoding="utf-8").startswith("lon,lat\n")


def test_a_bundle_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["105.9,32.6", "--bundle", str(tmp_path)]) == 2
    assert "数据包无法加载" in capsys.readouterr().err


def test_margins_beyond_100_m_only_on_request(check: Callable, csv_file: Callable) -> None:
    # 500 m from the edge of the zone, by its width of 0.01°: the depth of its middle is over 100 m
    path = csv_file("wkt", "POINT (105.805 32.505)")
    near, full = (
        next(csv.DictReader(io.StringIO(check(path, *PLANT, *more).out))) for more in ((), ("--margins",))
    )
    assert (near["margin_m"], near["margin_rule"]) == ("", "")
    assert -475 < float(full["margin_m"]) < -465, "half of 0.01° of longitude at 32.5° N"
    assert full["margin_rule"] == "T-01"


def test_a_batch_gives_what_the_rows_give_one_by_one(
    check: Callable, csv_file: Callable, tmp_path: Path
) -> None:
    places = [f"{105.795 + n * 0.001:.4f},32.505" for n in range(12)]
    out = tmp_path / "out.json"
    check(csv_file("lon,lat", *places), *PLANT, "-o", out)
    together = json.loads(out.read_text(encoding="utf-8"))
    for place, body in zip(places, together, strict=True):
        check(place, *PLANT, "-o", out)
        (alone,) = json.loads(out.read_text(encoding="utf-8"))
        assert {**alone, "site_id": body["site_id"]} == body


def test_a_reader_that_stops_early_is_no_fault(csv_file: Callable, bundle_folder: Path) -> None:
    path = csv_file("lon,lat", *["105.9,32.6"] * 3000)
    command = f"'{sys.executable}' -m scripts.check_sites '{path}' --bundle '{bundle_folder}' | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("lon,lat,site_id")
    assert "Traceback" not in done.stderr


def test_a_bug_of_ours_does_not_leave_with_the_code_for_refused_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr(check_sites, "main", broken)
    assert check_sites.command() == 70
    assert "a bug" in capsys.readouterr().err


def test_in_a_process_of_its_own(csv_file: Callable, bundle_folder: Path, tmp_path: Path) -> None:
    path = csv_file("经度,纬度,项目类型", "105.805,32.505,化工", "105.8,x,化工")
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "scripts.check_sites", str(path), "--bundle", str(bundle_folder)]
    done = subprocess.run(
        [*command, "-o", str(out), "--on", "2026-11-21"],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "rows/s" in done.stderr
    assert "共 2 行，待核实 1，退回 1" in done.stderr
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
