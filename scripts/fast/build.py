"""`make fast`: compiles the modules through which every packet goes, into this virtual environment.

The sources are copied to build/fast, rewritten where mypyc cannot take them (`values.py`), and compiled by mypyc to
one shared library. Nothing is written beside the sources; `reporter.fast` says when the compiled form is used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from reporter import fast  # noqa: E402
from scripts.fast.values import rewritten  # noqa: E402

_WORK = ROOT / "build" / "fast"
#: What is compiled: patterns below `reporter`.
_COMPILED = (
    "model/*.py",
    *(f"extract/{name}.py" for name in ("build", "fields", "layers", "messages", "segment")),
    "analyse/*.py",
    *(f"explain/{name}.py" for name in ("at", "engine", "evidence", "signs")),
    "rules/*.py",
    "render/jsonl.py",
)
#: Not these: packages, what is replaced, and what mypyc cannot take (a bytearray that is iterated).
_PLAIN = ("__init__.py", "model/value.py", "model/numbers.py")
#: Nor what speaks at the end only; its rules read docstrings, which compiled functions lack.
_ENDINGS = "from reporter.explain.endings import"
_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup
setup(name="fast", packages=[], ext_modules=mypycify(["--follow-imports=silent", *sys.argv[3:]], opt_level="2"),
      script_args=sys.argv[1:3])
"""


def main() -> None:
    """Build and install; on trouble say what is missing and leave with 1."""
    lacking = _lacking()
    if lacking:
        sys.exit(f"make fast: {lacking}; reporter works without, only slower")
    names = sorted({path for pattern in _COMPILED for path in (ROOT / "reporter").glob(pattern)})
    modules = [path for path in names if not str(path).endswith(_PLAIN) and _ENDINGS not in path.read_text("utf-8")]
    state = fast.state_of(ROOT / "reporter")
    _copy(modules)
    _say(f"compiling {len(modules)} modules; this takes a few minutes")
    relative = [str(path.relative_to(ROOT)) for path in modules]
    log = _WORK / "log"
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-c", _SETUP, "build_ext", "--inplace", *relative],
            cwd=_WORK,
            env=os.environ | {"MYPYPATH": ".", "CFLAGS": "-O1 -g0"},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        sys.exit(f"make fast: the compilation failed; see {log}\n" + "\n".join(log.read_text().splitlines()[-5:]))
    _install(relative, state)
    _say(f"{fast.FOLDER} holds the compiled modules; `reporter explain` uses them from now on")


def _say(text: str) -> None:
    sys.stdout.write(f"make fast: {text}\n")
    sys.stdout.flush()


def _lacking() -> str:
    for name in ("mypyc", "setuptools"):
        if find_spec(name) is None:
            return f"{name} is not installed (make setup-dev installs it)"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if not (shutil.which(compiler) or shutil.which("cc")):
        return f"there is no C compiler ({compiler}); Debian, Ubuntu: sudo apt-get install gcc"
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        return "Python's headers (Python.h) are not there; Debian, Ubuntu: sudo apt-get install python3-dev"
    return ""


def _copy(modules: list[Path]) -> None:
    shutil.rmtree(_WORK, ignore_errors=True)
    shutil.copytree(ROOT / "reporter", _WORK / "reporter", ignore=shutil.ignore_patterns("__pycache__", "templates"))
    shutil.copy(Path(__file__).with_name("native.py"), _WORK / "reporter" / "model" / "native.py")
    for path in modules:
        copy = _WORK / path.relative_to(ROOT)
        copy.write_text(rewritten(copy.read_text(encoding="utf-8")), encoding="utf-8")


def _install(relative: list[str], state: str) -> None:
    made = fast.FOLDER.with_suffix(".part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    files = {"reporter.model.native": _WORK / "reporter" / "model" / "native.py"}
    for name in relative:
        files[name.removesuffix(".py").replace("/", ".")] = _WORK / (name.removesuffix(".py") + suffix)
    files |= {library.name.removesuffix(suffix): library for library in _WORK.glob(f"*__mypyc{suffix}")}
    for name, file in files.items():
        shutil.copy(file, made / (name + (suffix if file.suffix != ".py" else ".py")))
    known = {name: name + (suffix if file.suffix != ".py" else ".py") for name, file in files.items()}
    (made / "modules.json").write_text(json.dumps({"state": state, "modules": known}, indent=1))
    shutil.rmtree(fast.FOLDER, ignore_errors=True)
    made.rename(fast.FOLDER)


if __name__ == "__main__":
    main()
