#!/usr/bin/env bash
# Installs what is missing, and nothing else: tshark, Pango and Chinese fonts from the
# system's packages, then a virtual environment in .venv with the locked Python packages.
# It may be run again at any time; with everything in place it takes a fraction of a second.
#
#   scripts/setup.sh          what reporter needs to run
#   scripts/setup.sh --dev    that, and what the tests and checks need
#
# It leaves .venv/bin/reporter.  What it did is in build/setup.log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dev=no
case "${1-}" in
    '') ;;
    --dev) dev=yes ;;
    *)
        echo "usage: scripts/setup.sh [--dev]" >&2
        exit 2
        ;;
esac

venv=.venv
log=build/setup.log
PATH=$PATH:/usr/sbin:/sbin # ldconfig is there, and not on every user's PATH

# The virtual environment must see only itself, and pip must install only into it.
unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf 'setup: %s\n' "$*"; }
complain() { printf 'setup: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# logged COMMAND...: runs it with its output in the log.
logged() {
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null
}

# broken MESSAGE: gives up, and shows what the failing command said.
broken() {
    complain "$1"
    complain "the end of $log:"
    tail -n 25 "$log" | sed 's/^/    /' >&2
    exit 1
}

sha256() {
    if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1
}

# ------------------------------------------------------------ what is missing?

# have_library NAME: as the dynamic linker sees it, or in the usual folders where it cannot be asked.
have_library() {
    local libraries folder
    if have ldconfig && libraries=$(ldconfig -p 2>/dev/null); then
        case "$libraries" in *"$1"*) return 0 ;; esac
    fi
    for folder in "${HOMEBREW_PREFIX:-/opt/homebrew}/lib" /usr/local/lib /usr/lib /usr/lib64; do
        if compgen -G "$folder/$1*" >/dev/null; then return 0; fi
    done
    return 1
}

# Wireshark for macOS keeps its tshark inside the application, where reporter finds it too.
have_tshark() { have tshark || [ -x /Applications/Wireshark.app/Contents/MacOS/tshark ]; }

# have_font FAMILY
have_font() { have fc-list && [ -n "$(fc-list ":family=$1" family 2>/dev/null)" ]; }
have_chinese_fonts() { have_font 'Noto Serif CJK SC' && have_font 'Noto Sans CJK SC'; }
have_some_chinese_font() { have fc-list && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]; }

have_browser() { have chromium || have chromium-browser || have google-chrome || have google-chrome-stable; }
is_debian() { have apt-get && grep -qs '^ID=debian$' /etc/os-release; }

# fit PYTHON: is it 3.11 or newer, and can it make virtual environments?
fit() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# find_python: sets $python to the first fit one.
find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        if have "$candidate" && fit "$candidate"; then
            python=$candidate
            return 0
        fi
    done
    python=
    return 1
}

# look: sets $missing to the names of the parts that are not there.
look() {
    missing=
    find_python || missing="$missing python"
    have_tshark || missing="$missing tshark"
    { have_library libpango-1.0 && have_library libpangoft2-1.0; } || missing="$missing pango"
    have_library libharfbuzz-subset || missing="$missing harfbuzz"
    have_chinese_fonts || missing="$missing fonts"
    if [ "$dev" = yes ]; then
        { have pdftotext && have pdftoppm; } || missing="$missing poppler"
        # Where it is no plain package (Ubuntu), the tests that need it are skipped and say so.
        have_browser || ! is_debian || missing="$missing browser"
        # What drives the browser needs it, and no package says so.
        have_library libatomic.so.1 || ! is_debian || missing="$missing atomic"
    fi
    missing=${missing# }
}

# python_packages: the Debian or Ubuntu packages for a fit Python; an older release keeps its newer ones apart.
python_packages() {
    local version name
    version=$(apt-cache policy python3 2>/dev/null | sed -n 's/^ *Candidate: //p')
    if [ -z "$version" ] || dpkg --compare-versions "$version" ge 3.11; then
        echo python3 python3-venv
        return
    fi
    for name in python3.13 python3.12 python3.11; do
        if apt-cache show "$name-venv" >/dev/null 2>&1; then
            echo "$name" "$name-venv"
            return
        fi
    done
    echo python3 python3-venv
}

# debian_packages: the Debian packages for $missing.
debian_packages() {
    local part
    for part in $missing; do
        case $part in
            python) python_packages ;;
            tshark) echo tshark ;;
            pango) echo libpango-1.0-0 libpangoft2-1.0-0 ;;
            harfbuzz) echo libharfbuzz-subset0 ;;
            fonts) echo fontconfig fonts-noto-cjk ;;
            poppler) echo poppler-utils ;;
            browser) echo chromium ;;
            atomic) echo libatomic1 ;;
        esac
    done | tr '\n' ' ' | sed 's/ $//'
}

# hint: prints the lines to type for $missing, for a system on which this script installs nothing itself.
hint() {
    local part dnf='' pacman='' brew='' cask=''
    for part in $missing; do
        case $part in
            python) dnf+=' python3' pacman+=' python' brew+=' python' ;;
            tshark) dnf+=' wireshark-cli' pacman+=' wireshark-cli' brew+=' wireshark' ;;
            pango) dnf+=' pango' pacman+=' pango' brew+=' pango' ;;
            harfbuzz) dnf+=' harfbuzz' pacman+=' harfbuzz' brew+=' harfbuzz' ;;
            fonts)
                dnf+=' fontconfig google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts'
                pacman+=' fontconfig noto-fonts-cjk'
                brew+=' fontconfig'
                cask+=' font-noto-serif-cjk-sc font-noto-sans-cjk-sc'
                ;;
            poppler) dnf+=' poppler-utils' pacman+=' poppler' brew+=' poppler' ;;
        esac
    done
    if have apt-get; then
        complain "    sudo apt-get update"
        complain "    sudo apt-get install --no-install-recommends $(debian_packages)"
    elif have dnf; then
        complain "    sudo dnf install$dnf"
    elif have pacman; then
        complain "    sudo pacman -S --needed$pacman"
    elif have brew; then
        complain "    brew install$brew"
        if [ -n "$cask" ]; then complain "    brew install --cask$cask"; fi
    else
        complain "    Debian, Ubuntu:  sudo apt-get install --no-install-recommends $(debian_packages)"
        complain "    Fedora:          sudo dnf install$dnf"
        complain "    Arch:            sudo pacman -S --needed$pacman"
        complain "    macOS:           brew install$brew"
        if [ -n "$cask" ]; then complain "                     brew install --cask$cask"; fi
    fi
}

# ------------------------------------------------------------ system packages

# choose_root: sets $as_root to what a command needs in front of it to run as root; fails if there is no way.
choose_root() {
    as_root=
    if [ "$(id -u)" -eq 0 ]; then return 0; fi
    if ! have sudo; then return 1; fi
    as_root=sudo
    if sudo -n true 2>/dev/null; then return 0; fi
    if [ ! -t 0 ]; then return 1; fi
    say "installing system packages needs your password for sudo"
    sudo -v
}

apt_get() {
    # shellcheck disable=SC2086 # empty or one word
    logged $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 "$@"
}

install_system_packages() {
    local packages
    if ! have apt-get || ! choose_root; then
        # Other Chinese fonts will do where these cannot be installed: the report only looks different.
        if [ "$missing" = fonts ] && have_some_chinese_font; then
            if [ ! -e "$venv/.setup-package" ]; then
                say "Noto CJK is not installed; the report will use another Chinese font"
            fi
            return 0
        fi
        complain "missing: $missing.  Please type"
        hint
        complain "and then run make again."
        exit 1
    fi

    say "installing system packages for: $missing (the first time this takes a minute or two)"
    # Before anything is unpacked: an interrupted installation is finished first.
    if have dpkg && [ -n "$(dpkg --audit 2>/dev/null)" ]; then
        # shellcheck disable=SC2086 # empty or one word
        logged $as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a || true
    fi
    if have debconf-set-selections; then
        # Reading a capture needs no rights to capture; the question must not be asked.
        echo 'wireshark-common wireshark-common/install-setuid boolean false' |
            $as_root debconf-set-selections >>"$log" 2>&1 || true
    fi
    apt_get update || {
        sleep 3
        apt_get update || say "apt-get update failed; trying with the lists that are there"
    }
    packages=$(debian_packages)
    # shellcheck disable=SC2086 # a list of words
    apt_get install --no-install-recommends $packages || {
        sleep 3
        apt_get update || true
        apt_get install --no-install-recommends $packages || broken "apt-get could not install: $packages"
    }
    hash -r

    look
    if [ -n "$missing" ]; then
        case " $missing " in
            *' python '*)
                complain "no Python 3.11 or newer with venv was found, and this system's packages have none"
                complain "(python3 is $(python3 --version 2>&1 || echo absent)).  Please install one and run make again."
                ;;
            *) complain "still missing after the installation: $missing" ;;
        esac
        exit 1
    fi
}

# ------------------------------------------------------------ Python packages

pip_install() {
    logged "$venv/bin/python" -m pip install --quiet "$@" || {
        sleep 3
        logged "$venv/bin/python" -m pip install --quiet "$@"
    }
}

stamped() { [ "$(cat "$venv/.setup-$1" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$venv/.setup-$1"; }

# A virtual environment knows its own path and its Python; it is made anew when either has changed,
# when the lock files have, and when a setup was interrupted in the middle.
set_up_venv() {
    local base run everything package
    run=$(cat requirements/build.txt requirements/run.txt | sha256)
    everything=$(cat requirements/build.txt requirements/run.txt requirements/dev.txt | sha256)
    package=$(cat pyproject.toml reporter/__init__.py | sha256)
    base="$PWD $everything"

    if ! stamped base "$base" || [ -e "$venv/.setup-running" ] ||
        ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        say "making a virtual environment in $venv with $("$python" --version 2>&1)"
        rm -rf "$venv"
        logged "$python" -m venv "$venv" || broken "$python could not make a virtual environment"
        touch "$venv/.setup-running"
        stamp base "$base"
    fi

    if ! stamped run "$run"; then
        say "installing the Python packages reporter needs"
        touch "$venv/.setup-running"
        pip_install --require-hashes -r requirements/build.txt -r requirements/run.txt ||
            broken "pip could not install the packages of requirements/run.txt"
        stamp run "$run"
    fi
    if [ "$dev" = yes ] && ! stamped dev "$everything"; then
        say "installing the Python packages the tests and checks need"
        touch "$venv/.setup-running"
        pip_install --require-hashes -r requirements/dev.txt ||
            broken "pip could not install the packages of requirements/dev.txt"
        stamp dev "$everything"
    fi
    if ! stamped package "$package" || [ ! -x "$venv/bin/reporter" ]; then
        touch "$venv/.setup-running"
        pip_install --no-deps --no-build-isolation --editable . || broken "pip could not install reporter"
        # The proof that Pango is not only there, but found.
        logged "$venv/bin/python" -c 'import weasyprint' ||
            broken "WeasyPrint, which writes the PDF, does not find its libraries (Pango)"
        stamp package "$package"
    fi
    rm -f "$venv/.setup-running"
    # pip does this for packages that it copies; without it, whoever may not write here compiles at every start.
    "$venv/bin/python" -m compileall -q reporter >/dev/null || true
}

# ------------------------------------------------------------ all together

mkdir -p build
if have flock; then
    # Two at once would install over each other.
    exec 9>build/setup.lock
    if ! flock -n 9; then
        say "waiting for another setup to finish"
        flock 9
    fi
fi
printf '== %s, dev: %s\n' "$(date)" "$dev" >"$log"

look
if [ -n "$missing" ]; then install_system_packages; fi
set_up_venv
