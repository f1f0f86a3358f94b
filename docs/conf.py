"""How `make docs` turns these pages, and the docstrings of the source, into a site that needs no network."""

import sys
from pathlib import Path

import svertka

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "svertka"
author = "The svertka developers"
copyright = author  # noqa: A001 - Sphinx's own name
version = release = svertka.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "docstrings",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "formulas",
    "notebooks",
    "offline",
]
exclude_patterns = ["_build", "extensions"]
default_role = "code"

# Pages: Markdown with formulas; boxes in ::: fences.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Cells run once for each state of the source; a cell that fails, or that warns, fails the build.
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_output_stderr = "error"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

# Docstrings.
autodoc_member_order = "groupwise"
autodoc_typehints = "none"  # docstrings say shapes; types are in the source
napoleon_numpy_docstring = False
add_module_names = False

# The site.
html_theme = "furo"
html_title = "svertka"
html_static_path = ["_static"]
html_css_files = ["svertka.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
pygments_style = "tango"
pygments_dark_style = "native"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6e99", "color-brand-content": "#0b6e99"},
    "dark_css_variables": {"color-brand-primary": "#5fb8dd", "color-brand-content": "#5fb8dd"},
}
copybutton_selector = "div:not(.cell_output) > div.highlight > pre"
