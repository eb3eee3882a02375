"""Jupyter notebooks: their code cells as one Python text, and edits of it written back to the JSON.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

NOTEBOOK_SUFFIX = ".ipynb"
