"""Jupyter notebooks: their code cells as one text of Python, and changes of it written back into the JSON.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

NOTEBOOK_SUFFIX = ".ipynb"
