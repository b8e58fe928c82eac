"""The pure core: trees as data. No Django, no database, no clock, no files.

A linter holds that, and the order of its layers: see `tool.importlinter` in pyproject.toml.
"""
