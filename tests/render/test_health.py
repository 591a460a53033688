"""WeasyPrint is loaded quietly, and whoever prints meanwhile is heard."""

from __future__ import annotations

import subprocess
import sys
import threading

from reporter.render.health import _silent_here
from tests.captures import ROOT


def test_what_is_printed_after_two_threads_have_loaded_it_is_heard():
    code = "from reporter.render.pdf import prepare; from reporter.render.health import load_weasyprint\n"
    code += "prepare(); load_weasyprint(); print('heard')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.stdout == b"heard\n", done.stderr


def test_only_the_thread_that_asks_is_silent(capsys):
    with _silent_here():
        print("dropped")
        thread = threading.Thread(target=print, args=("kept",))
        thread.start()
        thread.join()
    print("afterwards")
    assert capsys.readouterr().out == "kept\nafterwards\n"
