"""A file is one piece of work, a function one thought."""

import ast

from tests.architecture.source import Module, modules

FILE_LINES = 300
FUNCTION_LINES = 60


def too_long(module: Module) -> list[str]:
    found = []
    lines = module.text.count("\n")
    if lines > FILE_LINES:
        found.append(f"{module.name} has {lines} lines")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{module.at(node)} {node.name} has {length} lines")
    return found


def test_no_file_and_no_function_is_too_long():
    assert [line for module in modules("booking_app") for line in too_long(module)] == []


def test_too_long_is_noticed_to_the_line():
    function = "def f():\n" + "    pass\n" * (FUNCTION_LINES - 1)
    assert too_long(Module("just.py", function)) == []
    assert too_long(Module("over.py", function + "    pass\n")) == ["over.py:1 f has 61 lines"]
    assert too_long(Module("just.py", "x = 1\n" * FILE_LINES)) == []
    assert too_long(Module("over.py", "x = 1\n" * (FILE_LINES + 1))) == ["over.py has 301 lines"]
