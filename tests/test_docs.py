"""The READMEs' commands are run, and their links lead somewhere."""

import json
import re
import runpy
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from layers.bundle import look_over
from layers.rulebook import load_rulebook
from scripts import rulebook_doc
from server import create_app
from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")


def commands(name: str) -> list[str]:
    """Every line of every ``sh`` block."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def of_kind(prefix: str) -> list[pytest.param]:
    """Each command once, though both READMEs have it."""
    found: dict[str, str] = {}
    for name in READMES:
        for line in commands(name):
            if line.startswith(prefix):
                found.setdefault(line, name)
    return [pytest.param(line, id=f"{name}: {line[:70]}") for line, name in found.items()]


def test_every_command_is_of_a_kind_that_is_run():
    kinds = ("make ", ".venv/bin/python -m scripts.", "curl -s http://127.0.0.1:8000/")
    odd = [line for name in READMES for line in commands(name) if not line.startswith(kinds)]
    assert odd == []


@cache
def linted(folder):
    return look_over(folder)


def looked_over(folder):
    """The demonstration is linted once for both languages and the test below."""
    return linted(folder.resolve())


def test_lint_finds_nothing_in_the_demonstration():
    assert looked_over(ROOT / "layers" / "demo").problems == ()


def run_module(words, folder, monkeypatch):
    """``-m module options`` as Python runs it, but without starting one: the code it leaves with."""
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", words[1:])
        patch.delitem(sys.modules, words[1], raising=False)  # as in a new Python, which has not imported it
        with pytest.raises(SystemExit) as done:
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    return done.value.code or 0


@pytest.mark.parametrize("line", of_kind(".venv/bin/python -m scripts."))
def test_a_script_command_runs_as_written(line, tmp_path, monkeypatch, capsys):
    words = shlex.split(line)[1:]
    outputs = [i for i, w in enumerate(words) if words[i - 1] in {"-o", "--failures"}]
    for i in outputs:
        words[i] = str(tmp_path / words[i])
    monkeypatch.setattr("layers.bundle.look_over", looked_over)
    # The example table holds one bad row on purpose: 1 says so.
    assert run_module(words, ROOT, monkeypatch) == (1 if outputs else 0), capsys.readouterr().err
    assert all(Path(words[i]).stat().st_size > 0 for i in outputs)


def test_the_readme_quotes_the_command_as_it_answers():
    line = next(c for c in commands("README.md") if "105.84,30.19" in c and "curl" not in c)
    quoted = re.search(
        r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )[1]
    done = subprocess.run(
        [sys.executable, *shlex.split(line)[1:]],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    told = {said.strip() for said in done.stdout.splitlines()}
    assert [said for said in quoted.splitlines() if said != "…" and said.strip() not in told] == []


@pytest.mark.parametrize("line", of_kind("make "))
def test_a_make_command_exists(line):
    done = subprocess.run(
        ["make", "-n", *line.split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", of_kind("curl "))
def test_the_request_is_answered(line, demo):
    words = shlex.split(line)
    path = words[2].removeprefix("http://127.0.0.1:8000")
    client = create_app(Settings(), demo).test_client()
    answer = client.post(path, data=words[words.index("-d") + 1], content_type="application/json")
    assert answer.status_code == 200
    assert json.loads(answer.data)["verdict"] == "prohibited"


DOCS = ("docs/adding-a-rule.md", "docs/rulebook.md")


@pytest.mark.parametrize("name", [*READMES, "ARCHITECTURE.md"])
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_the_rulebook_in_words_is_fresh():
    """`python -m scripts.rulebook_doc -o docs/rulebook.md` makes it anew after a change of layers/rules."""
    written = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
    assert written == rulebook_doc.document(load_rulebook())


@pytest.mark.parametrize("name", DOCS)
def test_links_of_the_pages_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+\.md)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_a_planner_can_add_a_rule_as_written(tmp_path, monkeypatch, capsys):
    """Files and commands of docs/adding-a-rule.md, one after the other, in a folder of their own."""
    text = (ROOT / "docs" / "adding-a-rule.md").read_text(encoding="utf-8")
    (tmp_path / "layers").symlink_to(ROOT / "layers")
    (tmp_path / "docs").mkdir()
    said = []
    for kind, path, body in re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", text, flags=re.DOTALL):
        if path:
            with (tmp_path / path).open("a", encoding="utf-8") as file:
                file.write("\n" + body if kind == "yaml" else body)
        for line in body.splitlines() if kind == "sh" else ():
            run_in(tmp_path, line, monkeypatch, capsys)
            said.append(line)
    rows = (tmp_path / "scenario.html").read_text(encoding="utf-8").split("</table>")
    named = [row.count('href="#rule-MY-01"') for row in rows[0].split("<tr class=")[1:]]
    assert named == [1, 0, 0]
    assert 'id="rule-MY-01"' in rows[1]
    fresh = (tmp_path / "docs" / "rulebook.md").read_text(encoding="utf-8")
    assert fresh == rulebook_doc.document(load_rulebook())
    assert len(said) == 6


def run_in(folder, line, monkeypatch, capsys):
    """One line of a ``sh`` block; ``make`` only shows what it would do."""
    words = shlex.split(line)
    if words[0] == ".venv/bin/python":
        assert run_module(words[1:], folder, monkeypatch) == 0, f"{line}: {capsys.readouterr()}"
        return
    words = ["make", "-C", str(ROOT), "-n", *words[1:]] if words[0] == "make" else words
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{line}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
