"""All files of a project together: resolved names, resources, import graph."""
