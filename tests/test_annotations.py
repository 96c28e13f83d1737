"""Every public function says of what type its arguments and its answer are."""

import ast
from pathlib import Path

import hsi_inr_tf

PACKAGE = Path(hsi_inr_tf.__file__).parent


def missing(node, inside=""):
    """What the public functions below `node` leave out, as "Class.function: argument"."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from missing(child, f"{child.name}.")
        public = isinstance(child, ast.FunctionDef) and (
            child.name == "__init__" or not child.name.startswith("_")
        )
        if public:
            every = child.args.posonlyargs + child.args.args + child.args.kwonlyargs
            own = every[1:] if every and every[0].arg in ("self", "cls") else every
            for argument in [*own, child.args.vararg, child.args.kwarg]:
                if argument is not None and argument.annotation is None:
                    yield f"{inside}{child.name}: {argument.arg}"
            if child.returns is None:
                yield f"{inside}{child.name}: what it returns"


def test_every_public_function_is_annotated():
    found = [
        f"{path.relative_to(PACKAGE)}: {one}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for one in missing(ast.parse(path.read_text()))
    ]
    assert found == []


def test_what_is_left_out_is_found():
    tree = ast.parse("class A:\n  def f(self, a, b: int): pass\ndef _g(x): pass\n")
    assert list(missing(tree)) == ["A.f: a", "A.f: what it returns"]
