"""The READMEs' commands are run, and their links lead somewhere."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("line", of_kind(".venv/bin/python -m scripts."))
def test_a_script_command_runs_as_written(line, tmp_path):
    words = shlex.split(line)[1:]
    outputs = [i for i, w in enumerate(words) if words[i - 1] in {"-o", "--failures"}]
    for i in outputs:
        words[i] = str(tmp_path / words[i])
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    # The example table holds one bad row on purpose: 1 says so.
    assert done.returncode == (1 if outputs else 0), done.stderr
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


@pytest.mark.parametrize("name", [*READMES, "ARCHITECTURE.md"])
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
