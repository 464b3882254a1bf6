"""A public name as MyST: its signature, what it does, each parameter with its shape or unit, what comes back."""

import re
import textwrap
from dataclasses import replace

from .reader import Module, Parameter, Public, google

LONGEST = 72  # characters of a constant's value that are shown

RULES = ((r"([*$\[\]|])", r"\\\1"), (r"<(?=[A-Za-z/!?])", r"\\<"), (r"^(\s*)([:#>+-])", r"\1\\\2"))


def safe(text: str) -> str:
    "Prose in which only what stands in backticks is marked up."
    parts = re.split(r"(`[^`\n]*`)", text)
    for old, new in RULES:
        parts[::2] = [re.sub(old, new, part, flags=re.M) for part in parts[::2]]
    return "".join(parts)


def directive(kind: str, argument: str, body: str, options: tuple[str, ...] = ()) -> str:
    "A MyST directive with as many colons as what it holds asks for."
    longest = max((len(found) for found in re.findall(r"^:{3,}", body, re.M)), default=2)
    fence = ":" * (longest + 1)
    return "\n".join([f"{fence}{{{kind}}} {argument}", *options, "", body, fence, ""])


def entry(public: Public, classes: dict[str, Public]) -> str:
    "One name of a module, with the methods of a class inside it."
    if public.kind == "class":
        public = replace(public, parameters=made_from(public, classes))
    text, said = google(public.text)
    lines = [safe(text), ""]
    if public.bases:
        above = (
            f"{{py:obj}}`{base.rpartition('.')[2]} <{base}>`" for base in public.bases if "[" not in base
        )
        lines += ["Extends " + ", ".join(above) + ".", ""]
    lines += explained(public, said)
    lines += [entry(member, classes) for member in public.members]
    return directive(directive_of(public), public.signature(), "\n".join(lines), options_of(public))


def directive_of(public: Public) -> str:
    "The directive of the Python domain."
    kind = "property" if is_property(public) else public.kind
    return {"data": "py:data", "class": "py:class", "method": "py:method", "property": "py:property"}.get(
        kind, "py:function"
    )


def is_property(public: Public) -> bool:
    "Whether it is read like an attribute."
    return bool({"property", "cached_property", "functools.cached_property"} & {*public.decorators})


def options_of(public: Public) -> tuple[str, ...]:
    "What the directive has to know besides."
    options = (
        [f":type: {public.returns}"]
        if public.returns and (public.kind == "data" or is_property(public))
        else []
    )
    if public.kind == "data" and public.value and len(public.value) <= LONGEST and "\n" not in public.value:
        options.append(f":value: {public.value}")
    options += [f":{name}:" for name in ("classmethod", "staticmethod") if name in public.decorators]
    return tuple(options)


def explained(public: Public, said: dict[str, str]) -> list[str]:
    "The parameters that have something said of them, and what comes back."
    lines = []
    for parameter in public.parameters:
        if comment := parameter.comment or said.get(parameter.name, ""):
            lines.append(f":param {plain(parameter)}: {safe(comment)}")
    if public.returned and public.kind in ("function", "method") and not is_property(public):
        lines.append(f":returns: {safe(public.returned)}")
    return [*lines, ""] if lines else []


def plain(parameter: Parameter) -> str:
    "Its name, stars kept literally."
    return parameter.name.replace("*", r"\*")


def made_from(public: Public, classes: dict[str, Public]) -> tuple[Parameter, ...]:
    "What a class is made from: its own parameters, or those of the class it extends; fields of both if they have such."
    above = next((classes[base] for base in public.bases if base in classes), None)
    if not above or public.made_by == "constructor":
        return public.parameters
    if public.made_by == "fields" and above.made_by != "fields":
        return public.parameters
    inherited = {parameter.name: parameter for parameter in made_from(above, classes)}
    return tuple((inherited | {parameter.name: parameter for parameter in public.parameters}).values())


def classes_of(modules: dict[str, Module]) -> dict[str, Public]:
    "Every class of the package by its full name."
    return {
        f"{module.name}.{public.name}": public
        for module in modules.values()
        for public in module.found.values()
        if public.kind == "class"
    }


def summary(public: Public) -> str:
    "The first sentence of what is said of it."
    text = textwrap.shorten(google(public.text)[0].partition("\n\n")[0], 400, placeholder=" …")
    first = re.match(r"(.+?[.:;])(\s|$)", text)
    return safe((first[1] if first else text).rstrip(":;."))
