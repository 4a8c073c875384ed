"""The panel as a block tag: head with title, sub and tools, body, foot."""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString

PARTS = ("tools", "body", "foot")


class PanelNode(template.Node):
    def __init__(
        self,
        title: FilterExpression,
        options: dict[str, FilterExpression],
        parts: dict[str, NodeList],
    ) -> None:
        self.title = title
        self.options = options
        self.parts = parts

    def render(self, context: template.Context) -> SafeString:
        given = {name: value.resolve(context) for name, value in self.options.items()}
        drawn = {name: nodes.render(context) for name, nodes in self.parts.items()}
        sub = format_html('<span class="sub">{}</span>', given["sub"]) if given.get("sub") else ""
        tools = drawn.get("tools", "").strip()
        right = format_html('<div class="push">{}</div>', SafeString(tools)) if tools else ""
        body = SafeString(drawn.get("body", ""))
        if given.get("pad"):
            body = format_html('<div class="wd-panel-b">{}</div>', body)
        foot = drawn.get("foot", "").strip()
        below = format_html('<div class="wd-panel-f">{}</div>', SafeString(foot)) if foot else ""
        name = format_html(' id="{}"', given["id"]) if given.get("id") else ""
        title = self.title.resolve(context)
        return format_html(
            '<section class="wd-panel {}"{}><div class="wd-panel-h"><h2>{}</h2>{}{}</div>{}{}'
            "</section>",
            given.get("classes", ""), name, title, sub, right, body, below,
        )  # fmt: skip


def parse_panel(parser: Parser, token: Token) -> PanelNode:
    """Read ``{% panel title name=value … %}`` and its parts up to ``{% endpanel %}``."""
    bits = token.split_contents()[1:]
    if not bits:
        raise template.TemplateSyntaxError("panel needs a title")
    options = {}
    for bit in bits[1:]:
        name, found, value = bit.partition("=")
        if not found or name not in {"sub", "pad", "id", "classes"}:
            raise template.TemplateSyntaxError(f"panel knows no {bit!r}")
        options[name] = parser.compile_filter(value)
    parts: dict[str, NodeList] = {}
    at = "body"
    while True:
        # What stands before the first part is the body, unless a part of that name follows.
        parts[at] = parser.parse((*PARTS, "endpanel"))
        end = parser.next_token().contents.split()[0]
        if end == "endpanel":
            return PanelNode(parser.compile_filter(bits[0]), options, parts)
        at = end
