"""WeasyPrint is loaded quietly, and whoever prints meanwhile is heard."""

from __future__ import annotations

import sys
import threading

from reporter.render.health import _silent_here


def test_what_is_printed_after_two_have_overlapped_is_heard(capsys):
    first, second = _silent_here(), _silent_here()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    print("heard")
    sys.stdout.flush()
    assert capsys.readouterr().out == "heard\n"


def test_only_the_thread_that_asks_is_silent(capsys):
    with _silent_here():
        print("dropped")
        thread = threading.Thread(target=print, args=("kept",))
        thread.start()
        thread.join()
    print("afterwards")
    assert capsys.readouterr().out == "kept\nafterwards\n"
