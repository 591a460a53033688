"""What the tests can be told on pytest's command line."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

# Timing decides no test.
settings.register_profile("reporter", deadline=None)
settings.load_profile("reporter")


def pytest_configure() -> None:
    """Started in the background of a script, the tests and all they start would be deaf to Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden reports anew instead of comparing with them"
    )


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden reports are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
