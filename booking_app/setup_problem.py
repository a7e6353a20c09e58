"""The one kind of error that commands show as a sentence instead of a traceback."""


class SetupProblem(Exception):
    """Something that whoever runs the product can put right; the message says how."""
