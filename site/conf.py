"""How Sphinx makes the site; `site/build.py` lays the pages out and calls it."""

import sys
from configparser import ConfigParser
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

ini = ConfigParser(delimiters=["="])
ini.read(HERE.parent / "settings.ini", encoding="utf8")
settings = ini["DEFAULT"]

project, author, copyright = settings["title"], settings["author"], settings["copyright"]
release = version = settings["version"]
language = "en"

extensions = ["myst_nb", "sphinx_design", "sphinxext.opengraph", "sphinx.ext.mathjax", "moe_site.extension"]
root_doc = "index"
include_patterns = ["*.md", "reference/*.md", "docs/*.md", "nbs/*.ipynb", "nbs/**/*.ipynb"]
exclude_patterns = ["**/.ipynb_checkpoints"]

# Notebooks as they are stored: nothing is run.
nb_execution_mode = "off"
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
add_module_names = False
python_use_unqualified_type_names = True
html_split_index = True
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 88
modindex_common_prefix = ["moe_lab."]

html_theme = "sphinx_book_theme"
html_title = "moe_lab"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("hints.js", "present.js")]
html_show_sourcelink = False
html_copy_source = False
html_baseurl = f"{settings['doc_host']}{settings['doc_baseurl']}/"
html_theme_options = {
    "repository_url": settings["git_url"],
    "use_repository_button": True,
    "use_download_button": False,
    "use_fullscreen_button": True,
    "home_page_in_toc": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "max_navbar_depth": 4,
    "collapse_navbar": True,
    "logo": {"text": "moe_lab"},
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
}
pygments_style = "a11y-high-contrast-light"

# MathJax comes with the site: no page asks the network for it.
mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"chtml": {"displayAlign": "left"}, "options": {"enableMenu": False}}

ogp_site_url = html_baseurl
ogp_image = "_static/preview.png"
ogp_image_alt = settings["description"]
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True
