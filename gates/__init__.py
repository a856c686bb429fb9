"""What turns continuous integration red beside tests, and the comment that a pull request gets: `python -m gates`.

Each gate is a module with an exit code of its own: 0, or 4 after a line for each thing that is wrong.
"""
