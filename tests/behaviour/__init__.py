"""Random projects that are run before and after their fixes: `python -m tests.behaviour --projects 1000 --seed 1`.

A *shape* (`shapes/*.md`) is a way in which real code makes, reads, patches or replaces a shared object. A shape is a
*trap* if a careless fix changes what the program does; the others show what fixes are for. A *recipe* names the shapes
of a project; `compose` draws one, `build` writes its files, `trial` fixes it and compares what it prints.
"""
