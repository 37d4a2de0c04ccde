"""What the browser tests share: the tools, or a reason to leave; the server as `make run` starts it."""

import os
from collections.abc import Iterator

import pytest

from tests.browser.runner import missing_tools, serving


@pytest.fixture(scope="session")
def browser_tools() -> None:
    """Skip with what is missing; in CI, where .ci/run installs it all, fail."""
    missing = missing_tools()
    if not missing:
        return
    reason = f"browser tests need {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server_url(browser_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of the product on its demonstration bundle."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with serving("server.wsgi:app", log=log) as url:
        yield url


@pytest.fixture(scope="session")
def sample_url(browser_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a few still pages that use the vendored assets: the scaffolding's own test."""
    log = tmp_path_factory.mktemp("sample") / "server.log"
    with serving("tests.browser.sample_app:app", log=log) as url:
        yield url
