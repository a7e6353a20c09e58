"""What pages and components may be made of."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, calls, dotted, modules

VIEWS = ("booking_app/pages", "booking_app/components")

# Elements and control flow. Every other component of Reflex brings a UI kit of its own, with its
# weight and its colours; `rx.call_script` and its like need `eval`, which the CSP forbids.
ALLOWED = {
    *("rx.Component", "rx.NoSSRComponent", "rx.Var", "rx.EventHandler", "rx.EventSpec"),
    *("rx.asset", "rx.cond", "rx.foreach", "rx.fragment", "rx.match"),
    *("rx.event.no_args_event_spec", "rx.event.passthrough_event_spec"),
    *("rx.App", "rx.State", "rx.Field", "rx.Var.create", "rx.noop"),
}


def keyless_rows(module: Module) -> list[str]:
    """Return the `rx.foreach` calls whose rows have no key of their own.

    React would tell the rows apart by their place, and after a live update a press could land on
    another person's row.
    """
    functions = {
        node.name: node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return [
        f"{module.at(call)} rx.foreach without key"
        for call in calls(module, "rx.foreach")
        if len(call.args) != 2 or not _gives_key(call.args[1], functions)
    ]


def _gives_key(
    render: ast.AST, functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
) -> bool:
    """Say whether all that a row function can return carries ``key=`` itself.

    Keys inside an `rx.cond` do not count: Reflex puts a fragment around it, with the row's number.
    """
    if isinstance(render, ast.Lambda):
        returned: list[ast.expr] = [render.body]
    elif isinstance(render, ast.Name) and render.id in functions:
        returned = list(_returned(functions[render.id]))
    else:
        return False  # from elsewhere: then the row has to be wrapped here, with its key
    return bool(returned) and all(_has_key(value, functions) for value in returned)


def _has_key(value: ast.expr, functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]) -> bool:
    if not isinstance(value, ast.Call):
        return False
    if any(keyword.arg == "key" for keyword in value.keywords):
        return True
    return isinstance(value.func, ast.Name) and _gives_key(value.func, functions)


def _returned(function: ast.AST) -> Iterator[ast.expr]:
    """Yield what a function returns, not what functions inside it do."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _returned(node)


def foreign_parts(module: Module) -> list[str]:
    """Return what a view takes from Reflex beside plain elements."""
    found = []
    inner = {node.value for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute) or node in inner:
            continue
        name = dotted(node)
        if re.match(r"rx\.el\.\w+$", name) or name in ALLOWED:
            continue
        if name.startswith("rx."):
            found.append(f"{module.at(node)} {name}")
    return found


def modules_of_views() -> list[Module]:
    return [module for folder in VIEWS for module in modules(folder)]


def test_every_row_has_its_own_key():
    assert [line for module in modules_of_views() for line in keyless_rows(module)] == []


def test_views_are_made_of_plain_elements():
    assert [line for module in modules_of_views() for line in foreign_parts(module)] == []


@pytest.mark.parametrize(
    "rows",
    [
        "rx.foreach(rows, lambda row: rx.el.li(row.name))",
        "rx.foreach(rows, elsewhere.row)",
        "rx.foreach(rows, keyless)",
        "rx.foreach(rows, lambda row: keyless(row))",
        "rx.foreach(rows, lambda row: rx.cond(row.on, rx.el.li(key=row.id), rx.el.p(key=row.id)))",
        "rx.foreach(rows)",
    ],
)
def test_a_row_without_key_is_noticed(rows: str):
    module = Module("bad.py", f"def keyless(row):\n    return rx.el.li(row)\n{rows}\n")
    assert keyless_rows(module) == ["bad.py:3 rx.foreach without key"]


@pytest.mark.parametrize(
    "rows",
    [
        "rx.foreach(rows, lambda row: rx.el.li(row.name, key=row.id))",
        "rx.foreach(rows, keyed)",
        "rx.foreach(rows, lambda row: keyed(row))",
        "rx.foreach(rows, lambda row: rx.fragment(rx.cond(row.on, 'a', 'b'), key=row.id))",
    ],
)
def test_a_row_with_key_is_let_through(rows: str):
    module = Module("good.py", f"def keyed(row):\n    return rx.el.li(row, key=row.id)\n{rows}\n")
    assert keyless_rows(module) == []


@pytest.mark.parametrize(
    "part", ["rx.button('x')", "rx.dialog.root()", "rx.call_script('x')", "rx.toast.info('x')"]
)
def test_a_part_of_a_ui_kit_is_noticed(part: str):
    [found] = foreign_parts(Module("bad.py", part))
    assert found == f"bad.py:1 {part.partition('(')[0]}"


def test_plain_elements_are_let_through():
    assert foreign_parts(Module("good.py", "rx.el.p(rx.cond(a.b, rx.el.b('x'), ''))")) == []
