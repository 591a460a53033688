"""Words of others choose, list and spell; what could grow without end is refused before it is run."""

import pytest

from reporter.errors import UsageTrouble
from reporter.explain.words import Words
from reporter.options import LANGUAGES
from reporter.resources import templates_dir


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 999999999 }}",
        "{{ 9 ** 9 }}",
        "{{ '%0999999999d' % 1 }}",
        "{% for a in range(9) %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{{ 'a'|center(99999999) }}",
        "{{ ''.join(frames) }}",
        "{% for a in b %}{% set c = c ~ c %}{% endfor %}",
        "{% for a in f %}{% for b in f %}{% for c in f %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 9,
        "{{ frame.__class__ }}",
    ],
)
def test_refused(text, tmp_path):
    (tmp_path / "prose" / "zh").mkdir(parents=True)
    (tmp_path / "prose" / "zh" / "own.toml").write_text(f'[section-own]\ntitle = "x"\ntext = """{text}"""\n')
    with pytest.raises(UsageTrouble, match="section-own"):
        Words("zh", [tmp_path]).plain("section-own", "text", {"f": (1, 2), "frame": 3})


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_our_own_words_do_is_allowed(language):
    """A teacher may copy any of ours and change it."""
    words = Words(language, [templates_dir()])
    for code in words.codes():
        for key in words.entry(code):
            words._template(code, key)
