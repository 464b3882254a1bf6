"""Words that the kit knows become links: its public names in code, arXiv ids, and terms of the glossary.

A link to a term carries the term's explanation, which opens under the pointer and on focus.
"""

import re
from functools import cache
from html import unescape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from .notebooks import modules

GLOSSARY = "docs/glossary"
HINT = re.compile(r'<abbr title="([^"]*)">')
PAPER = re.compile(r"\b(\d{4}\.\d{5})\b")


@cache
def homes() -> dict[str, str]:
    "Bare name -> full name, for public names that only one module has."
    found: dict[str, list[str]] = {}
    for module in modules().values():
        for name in module.public:
            found.setdefault(name, []).append(f"{module.name}.{name}")
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def other_peoples(app, env, node, contnode):
    "A type that is not ours is shown by its short name, without a link; whatever else is missing is told."
    return contnode if node.get("refdomain") == "py" and not node["reftarget"].startswith("moe_lab") else None


def is_telling(name: str) -> bool:
    "Whether a word in code font can only mean the public name: `top_k` and `Routing` can, `train` cannot."
    return "_" in name.strip("_") or (any(letter.isupper() for letter in name[:1]) and len(name) > 2)


class KnownWords(SphinxPostTransform):
    "Links for names, terms and papers in prose."

    default_priority = 700

    def run(self, **kwargs):
        for literal in list(self.document.findall(nodes.literal)):
            if not is_inside(literal, (nodes.reference, nodes.title)):
                self.link_name(literal)
        for opening in list(self.document.findall(nodes.raw)):
            if hint := HINT.fullmatch(opening.astext()):
                self.link_term(opening, unescape(hint[1]))
        for text in list(self.document.findall(nodes.Text)):
            if PAPER.search(text) and not is_inside(
                text, (nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, nodes.title)
            ):
                link_papers(text)

    def link_name(self, literal: nodes.literal):
        "A name in code font leads to where it is explained."
        name = re.sub(r"\(.*\)$", "", literal.astext()).removeprefix("moe_lab.")
        full = homes().get(name, "")
        objects = self.env.domains["py"].objects
        found = objects.get(full) or objects.get(f"moe_lab.{name}" if "." in name else "")
        if found and (is_telling(name) or "." in name):
            literal.replace_self(
                make_refnode(
                    self.app.builder, self.env.docname, found.docname, found.node_id, literal.deepcopy(), full
                )
            )

    def link_term(self, opening: nodes.raw, hint: str):
        "A word that is explained with the beginning of an entry of the glossary leads to that entry."
        anchor = next((anchor for said, anchor in terms(self.env).items() if said.startswith(hint)), None)
        after = opening.next_node(nodes.raw, descend=False, siblings=True)
        if anchor is None or after is None or after.astext() != "</abbr>":
            return
        at, parent = opening.parent.index(opening), opening.parent
        inside = [node.deepcopy() for node in parent[at : parent.index(after) + 1]]
        link = make_refnode(self.app.builder, self.env.docname, GLOSSARY, anchor, inside)
        parent[at : parent.index(after) + 1] = [link]


def terms(env) -> dict[str, str]:
    "What the glossary says of each term -> the term's place on its page."
    if GLOSSARY not in env.found_docs:
        return {}
    found = env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
    plain = str.maketrans("’‘“”", "''\"\"")  # as they are typed
    said = ((" ".join(item[-1].astext().split()).translate(plain), item[0]["ids"]) for item in found)
    return {text: places[0] for text, places in said if places}


def is_inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    "Whether a node stands within one of these."
    while (node := node.parent) is not None:
        if isinstance(node, kinds):
            return True
    return False


def link_papers(text: nodes.Text):
    "arXiv ids in a text lead to their papers."
    new, parts = [], PAPER.split(text)
    for i, part in enumerate(parts):
        if i % 2:
            new.append(nodes.reference("", part, refuri=f"https://arxiv.org/abs/{part}", internal=False))
        elif part:
            new.append(nodes.Text(part))
    text.parent.replace(text, new)
