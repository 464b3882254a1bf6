"""What the package says about itself, read from its text: names, signatures, and the comments behind parameters.

Nothing is imported, so the reference can be built where torch is not installed.
"""

import ast
import io
import re
import textwrap
import tokenize
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Parameter:
    "One parameter of a function, or one field of a dataclass."

    name: str
    type: str = ""
    default: str = ""
    comment: str = ""  # what stands behind it: shape, unit, meaning

    def __str__(self) -> str:
        typed = f"{self.name}: {self.type}" if self.type else self.name
        space = " = " if self.type else "="
        return f"{typed}{space}{self.default}" if self.default else typed


@dataclass(frozen=True)
class Public:
    "One name that a module offers, or one method of a class."

    name: str
    kind: str  # function, method, class or data
    line: int  # where it begins
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""  # type
    returned: str = ""  # the comment behind it
    text: str = ""  # its docstring, or the comment behind a constant
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    members: tuple["Public", ...] = ()
    value: str = ""  # of a constant
    made_by: str = ""  # constructor or fields of the class itself; nothing: as the class that it extends

    def signature(self) -> str:
        "As it would be written, without what is passed by the language itself."
        if self.kind == "data" or "property" in self.decorators:
            return self.name
        arrow = f" -> {self.returns}" if self.returns else ""
        return f"{self.name}({', '.join(map(str, self.parameters))}){arrow}"


@dataclass
class Module:
    "The names of one module in the order in which they are written."

    name: str  # moe_lab.routing.presets
    offered: list[str]  # its __all__
    found: dict[str, Public] = field(default_factory=dict)
    full: dict[str, str] = field(default_factory=dict)  # a name that it uses -> where that comes from

    @classmethod
    def read(cls, path: Path, root: Path) -> "Module":
        "Parse the file of a module; `root` is the folder above the package."
        text = path.read_text("utf8")
        tree = ast.parse(text)
        comments = comments_of(text)
        module = cls(".".join(path.relative_to(root).with_suffix("").parts), [])
        module.full = origins(tree, module.name)
        tree = Qualified(module.full).visit(tree)
        for node in tree.body:
            module.found |= {found.name: found for found in constants(node, comments)}
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                module.found[node.name] = function(node, comments, "function")
            elif isinstance(node, ast.ClassDef):
                module.found[node.name] = class_of(node, comments)
        if listed := module.found.pop("__all__", None):
            module.offered = sorted(name for name in ast.literal_eval(listed.value) if len(name) > 1)
        return module

    @property
    def public(self) -> dict[str, Public]:
        "What it offers, in the order in which it is written."
        return {name: found for name, found in self.found.items() if name in self.offered}


def origins(tree: ast.Module, module: str) -> dict[str, str]:
    "Name -> full name, for all that a module imports or defines; what only its functions import is not in a signature."
    inner = [part for node in tree.body if isinstance(node, ast.If) for part in node.body]  # if TYPE_CHECKING
    own, imported = [], {}
    for node in (*tree.body, *inner):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            own.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            home = home_of(node, module)
            imported |= {alias.asname or alias.name: f"{home}.{alias.name}" for alias in node.names}
        else:
            own += [constant.name for constant in constants(node, {})]
    return imported | {name: f"{module}.{name}" for name in own}


def home_of(node: ast.ImportFrom, module: str) -> str:
    "The module that a statement imports from, dots at its beginning resolved."
    above = module.split(".")[: -node.level] if node.level else []
    return ".".join([*above, *filter(None, [node.module])])


class Qualified(ast.NodeTransformer):
    "Types in signatures and bases of classes by their full names, which Sphinx shows short and links."

    def __init__(self, full: dict[str, str]):
        self.full = full

    def typed(self, node: ast.expr | None) -> ast.expr | None:
        "A type with every name in it in full."
        for part in ast.walk(node) if node else ():
            if isinstance(part, ast.Name):
                part.id = self.full.get(part.id, part.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = self.typed(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = self.typed(node.annotation)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = self.typed(node.returns)
        self.visit(node.args)  # and not its body
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.bases = [self.typed(base) for base in node.bases]
        return self.generic_visit(node)


def comments_of(text: str) -> dict[int, str]:
    "Line -> the comment at its end; pragmas left out."
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (
            said := re.sub(r"(type|noqa):.*", "", token.string[1:]).strip()
        ):
            found[token.start[0]] = said
    return found


def constants(node: ast.AST, comments: dict[int, str]) -> list[Public]:
    "The names that a statement gives values to; `A, B = 1, 2` gives two."
    if isinstance(node, ast.AnnAssign):
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.Assign):
        pairs = [pair for target in node.targets for pair in paired(target, node.value)]
    else:
        return []
    kind = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
    said = comments.get(node.end_lineno) or comments.get(node.lineno, "")
    return [
        Public(
            name.id, "data", node.lineno, returns=kind, text=said, value=ast.unparse(value) if value else ""
        )
        for name, value in pairs
        if isinstance(name, ast.Name)
    ]


def paired(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr | None]]:
    "Targets with what each is given, as far as the text says."
    if not isinstance(target, ast.Tuple):
        return [(target, value)]
    values = value.elts if isinstance(value, ast.Tuple) else [None] * len(target.elts)
    return list(zip(target.elts, values))


def parameters_of(arguments: ast.arguments, comments: dict[int, str], skip: int) -> tuple[Parameter, ...]:
    "All parameters of a function, `*` and `/` among them; the first `skip` are passed by the language."
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + arguments.defaults
    found = [one(arg, default, comments) for arg, default in zip(plain, defaults)]
    if arguments.posonlyargs:
        found.insert(len(arguments.posonlyargs), Parameter("/"))
    found = found[skip:]
    if arguments.vararg:
        found.append(one(arguments.vararg, None, comments, "*"))
    elif arguments.kwonlyargs:
        found.append(Parameter("*"))
    found += [
        one(arg, default, comments) for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults)
    ]
    if arguments.kwarg:
        found.append(one(arguments.kwarg, None, comments, "**"))
    return tuple(found)


def one(arg: ast.arg, default, comments: dict[int, str], stars: str = "") -> Parameter:
    "A parameter with its type, its default and the comment behind it."
    kind = ast.unparse(arg.annotation) if arg.annotation else ""
    value = ast.unparse(default) if default is not None else ""
    end = getattr(default, "end_lineno", None) or arg.end_lineno
    return Parameter(stars + arg.arg, kind, value, comments.get(arg.lineno) or comments.get(end, ""))


def function(node, comments: dict[int, str], kind: str) -> Public:
    "A function or a method; several on a line share no comment."
    decorators = tuple(ast.unparse(decorator) for decorator in node.decorator_list)
    skip = int(kind == "method" and "staticmethod" not in decorators)
    known = {} if node.args.args and on_one_line(node) else comments
    parameters = parameters_of(node.args, known, skip)
    returns = ast.unparse(node.returns) if node.returns else ""
    end = node.returns.end_lineno if node.returns else node.lineno
    text = ast.get_docstring(node) or ""
    return Public(node.name, kind, node.lineno, parameters, returns, comments.get(end, ""), text, decorators)


def on_one_line(node) -> bool:
    "Whether a comment behind the line of a signature would speak of all that stands in it."
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments = [arg for arg in arguments if arg.arg not in ("self", "cls")]
    return (
        len(arguments) > 1
        and len({arg.lineno for arg in arguments}) == 1
        and arguments[0].lineno == node.lineno
    )


def class_of(node: ast.ClassDef, comments: dict[int, str]) -> Public:
    "A class: what it is made from, and its public methods."
    decorators = tuple(ast.unparse(decorator) for decorator in node.decorator_list)
    methods = [
        function(part, comments, "method")
        for part in node.body
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    made, by = next(
        ((method.parameters, "constructor") for method in methods if method.name == "__init__"), ((), "")
    )
    if not by and any("dataclass" in decorator for decorator in decorators):
        made, by = tuple(fields(node, comments)), "fields"
    return Public(
        node.name,
        "class",
        node.lineno,
        made,
        text=ast.get_docstring(node) or "",
        decorators=decorators,
        bases=tuple(ast.unparse(base) for base in node.bases),
        members=tuple(m for m in methods if m.name[0] != "_" and m.text and "overload" not in m.decorators),
        made_by=by,
    )


def fields(node: ast.ClassDef, comments: dict[int, str]):
    "The fields of a dataclass."
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and "ClassVar" not in ast.dump(part.annotation):
            value = ast.unparse(part.value) if part.value else ""
            said = comments.get(part.lineno) or comments.get(part.end_lineno, "")
            yield Parameter(part.target.id, ast.unparse(part.annotation), value, said)


def google(text: str) -> tuple[str, dict[str, str]]:
    "A docstring with a block `Args:`, as commands have it: the text without it, and what it says of each."
    head, _, block = text.partition("\nArgs:\n")
    found, last = {}, ""
    for line in textwrap.dedent(block).splitlines():
        if match := re.match(r"(\w+): (.*)", line):
            last = match[1]
            found[last] = match[2]
        elif last:
            found[last] += " " + line.strip()
    return head.strip(), found


def package(root: Path) -> dict[str, Module]:
    "Every module of the package by its name."
    files = sorted(path for path in (root / "moe_lab").rglob("*.py") if path.name[0] != "_")
    modules = [Module.read(path, root) for path in files]
    return {module.name: module for module in modules}
