"""The documentation site. `make docs` builds it twice, once a language, without the network."""

import os

project = "reporter"
author = "reporter contributors"
project_copyright = ""
language = os.environ.get("DOCS_LANGUAGE", "zh")
_other = {"zh": "en", "en": "zh"}[language]

extensions = ["myst_parser"]
root_doc = f"index.{language}"
exclude_patterns = ["**/*." + _other + ".md", f"*.{_other}.md"]
myst_heading_anchors = 3
# Links are checked by a test, as they must work in the repository too; anchors of the reference are plain HTML.
suppress_warnings = ["myst.xref_missing", "myst.header"]

html_theme = "furo"
html_title = "reporter"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "languages.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {"other_language": _other, "other_name": {"zh": "中文", "en": "English"}[_other]}
