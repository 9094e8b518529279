"""Templates. The one file that imports python-liquid.

Liquid because people who run a shop know it, and because a template cannot call Python. Of the language only what our
generator writes is switched on: four tags and the filters below; nothing can include, and nothing can mark a value as
safe. A contact's values go in as data and are never parsed.
"""

import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from io import StringIO
from typing import Any, TextIO

import liquid
from liquid import Environment, RenderContext
from liquid.builtin.content import ContentNode, Literal
from liquid.builtin.expressions import FilteredExpression, Path, PositionalArgument, StringLiteral
from liquid.builtin.filters.misc import default
from liquid.builtin.filters.string import capitalize, downcase, strip, truncate, upcase
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.builtin.tags.cycle_tag import CycleTag
from liquid.builtin.tags.for_tag import ForTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.exceptions import LiquidError, OutputStreamLimitError
from liquid.expression import Expression
from liquid.filter import with_context
from liquid.token import Token

from blocks.phrase import Quoted, say
from runtime.mail.errors import RenderFailed, TagBroken
from runtime.mail.localised import moment, money
from runtime.mail.urls import NOWHERE, is_web, url_part, usable

FOLLOW = "follow!"
"""Where `link` finds the function that makes a tracked link. "!" cannot stand in a merge tag."""
MAX_LENGTH = 1_000_000
"""Longest HTML or text of one message, in characters. Gmail cuts at 102 KB; this stops an e-mail that runs away."""

_SPECIAL = re.compile(r"[&<>\"']")


def shown(value: object) -> str:
    """A value as it is printed. Lists and mappings print nothing: their insides are not for recipients."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if value is None or isinstance(value, (list, tuple, Mapping, liquid.Undefined)):
        return ""
    return str(value)


def _of_globals(context: RenderContext, name: str, otherwise: str) -> str:
    value = context.globals.get(name)
    return value if isinstance(value, str) and value else otherwise


@with_context
def _money(value: object, currency: object = None, *, context: RenderContext) -> str:
    code = currency if isinstance(currency, str) and currency else _of_globals(context, "currency", "USD")
    return money(value, code, _of_globals(context, "language", "en"))


@with_context
def _date(value: object, style: object = "long", *, context: RenderContext) -> str:
    language, timezone = _of_globals(context, "language", "en"), _of_globals(context, "timezone", "UTC")
    return moment(value, str(style), language, timezone)


@with_context
def _link(value: object, link: str, *, context: RenderContext) -> str:
    url = usable(value)
    if not url:
        # Where a contact's data has no usable address, the shop itself is better than a dead button.
        shop = context.globals.get("shop")
        url = usable(shop.get("website")) if isinstance(shop, Mapping) else ""
        if not url:
            return NOWHERE
    follow = context.globals.get(FOLLOW)
    return str(follow(link, url)) if callable(follow) and is_web(url) else url


def _safe_url(value: object) -> str:
    url = usable(value)
    return url if is_web(url) else ""


def _url_part(value: object) -> str:
    return url_part(shown(value))


def _append(value: object, more: object) -> str:
    return shown(value) + shown(more)


MARKETER_FILTERS: Mapping[str, Callable[..., object]] = {
    "default": default,
    "money": _money,
    "date": _date,
    "upcase": upcase,
    "downcase": downcase,
    "capitalize": capitalize,
    "strip": strip,
    "truncate": truncate,
}
"""The filters that may stand in a merge tag."""
FILTERS: Mapping[str, Callable[..., object]] = {
    **MARKETER_FILTERS,
    "append": _append,
    "link": _link,
    "safe_url": _safe_url,
    "url_part": _url_part,
}
"""All filters; the further ones are for our generator."""


Read = Callable[[RenderContext], object]
_ODD = frozenset({"size", "first", "last"})
"""Segments of a path that mean more than a key."""


def _path_reader(expression: Expression) -> Read:
    if not isinstance(expression, Path):
        return expression.evaluate
    root, *rest = expression.path
    if not isinstance(root, str) or any(not isinstance(name, str) or name in _ODD for name in rest):
        return expression.evaluate
    evaluate = expression.evaluate

    def read(context: RenderContext) -> object:
        try:
            value: Any = context.scope[root]
            for name in rest:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            return evaluate(context)
        return value

    return read


def _filter_reader(value: Read, function: Callable[..., object], arguments: list[Expression]) -> Read:
    wants_context = getattr(function, "with_context", False)
    if all(isinstance(each, StringLiteral) for each in arguments):
        fixed = [each.value for each in arguments if isinstance(each, StringLiteral)]
        if wants_context:
            return lambda context: function(value(context), *fixed, context=context)
        return lambda context: function(value(context), *fixed)
    reads = [_path_reader(each) for each in arguments]
    if wants_context:
        return lambda context: function(value(context), *[read(context) for read in reads], context=context)
    return lambda context: function(value(context), *[read(context) for read in reads])


def _reader(expression: Expression, filters: Mapping[str, Callable[..., object]]) -> Read:
    """What `expression.evaluate` does, with everything decided now that does not hang on the values.

    The library looks up filters, arguments and path segments anew at each rendering; that was half of its time.
    """
    if not isinstance(expression, FilteredExpression):
        return expression.evaluate
    read = _path_reader(expression.left)
    for each in expression.filters or []:
        if each.name not in filters or not all(isinstance(arg, PositionalArgument) for arg in each.args):
            return expression.evaluate
        read = _filter_reader(read, filters[each.name], [arg.value for arg in each.args])
    return read


class _Content(ContentNode):
    __slots__ = ()

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(self.text)


class _ContentTag(Literal):
    node_class = _Content


class _TextOutput(OutputNode):
    __slots__ = ("_read",)

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        self._read = _reader(expression, FILTERS)

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        value = self._read(context)
        if type(value) is str:
            return self._write(value, buffer)
        return self._write(_date(value, context=context) if isinstance(value, datetime) else shown(value), buffer)

    def _write(self, text: str, buffer: TextIO) -> int:
        # Only values can make an e-mail long, so it is enough to look here and not at every piece of the template.
        if buffer.tell() + len(text) > MAX_LENGTH:
            raise OutputStreamLimitError("longer than an e-mail may be", token=self.token)
        return buffer.write(text)


class _HtmlOutput(_TextOutput):
    """Escapes all that it prints, literals and results of filters too.

    The library's own autoescape trusts string literals, so a fallback with an apostrophe would end the attribute it
    stands in; here there is no such thing as a trusted value.
    """

    __slots__ = ()

    def _write(self, text: str, buffer: TextIO) -> int:
        return super()._write(html.escape(text) if _SPECIAL.search(text) else text, buffer)


class _TextTag(Output):
    node_class = _TextOutput


class _HtmlTag(Output):
    node_class = _HtmlOutput


class _Mail(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = MAX_LENGTH
    context_depth_limit = 10
    block_nesting_limit = 10
    output: type[Output] = _TextTag

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (_ContentTag, Illegal, self.output, AssignTag, CycleTag, ForTag, IfTag):
            self.add_tag(tag)
        self.filters.update(FILTERS)


class _HtmlMail(_Mail):
    output = _HtmlTag


_TEXT = _Mail()
_HTML = _HtmlMail()


class Template:
    """A template parsed once. `html` escapes every value for elements and quoted attributes.

    Raises TagBroken if the source is not Liquid.
    """

    def __init__(self, source: str, *, html: bool) -> None:
        self._plain = None if "{{" in source or "{%" in source else source
        try:
            self._template = (_HTML if html else _TEXT).from_string(source)
        except LiquidError as wrong:
            raise TagBroken(say("The template cannot be read: {wrong}", wrong=str(wrong))) from wrong

    def render(self, data: Mapping[str, object]) -> str:
        """Fill in the values; what is missing prints nothing. Raises RenderFailed at a limit."""
        if self._plain is not None:
            return self._plain
        context = RenderContext(self._template, globals=data)
        buffer = StringIO()
        try:
            for node in self._template.nodes:
                node.render(context, buffer)
        except (LiquidError, UnicodeError) as wrong:
            raise RenderFailed(say("The e-mail could not be filled in: {wrong}", wrong=str(wrong))) from wrong
        return buffer.getvalue()


@lru_cache(maxsize=4096)
def read_tag(source: str) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """Path, names of filters and fallback (None: has none) of one merge tag, `{{ ... }}`.

    Raises TagBroken if it is anything but a field with filters that marketers may use.
    """
    tag = Quoted(source)
    try:
        nodes = _TEXT.from_string(source).nodes
    except LiquidError as wrong:
        raise TagBroken(say("{tag} is not complete. Take it out and insert the field again.", tag=tag)) from wrong
    expression = nodes[0].expression if len(nodes) == 1 and isinstance(nodes[0], OutputNode) else None
    if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
        raise TagBroken(say("{tag} names no field. Take it out and insert the field again.", tag=tag))
    if any(not isinstance(part, (str, int)) for part in expression.left.path):
        raise TagBroken(say("{tag} reaches for a field inside brackets, which e-mails cannot do.", tag=tag))
    fallback = None
    for each in expression.filters or []:
        if each.name not in MARKETER_FILTERS:
            raise TagBroken(say("{tag} uses {filter}, which e-mails do not know.", tag=tag, filter=Quoted(each.name)))
        if each.name == "default":
            fallback = str(each.args[0].value).strip("'\"") if each.args else ""
    path = tuple(str(part) for part in expression.left.path)
    return path, tuple(each.name for each in expression.filters or []), fallback


def try_tag(source: str, data: Mapping[str, object]) -> str:
    """One merge tag filled in, for checks. Raises TagBroken where a filter is given what it cannot take."""
    try:
        return _TEXT.from_string(source).render(data)
    except LiquidError as wrong:
        raise TagBroken(say("{tag} cannot be filled in: {wrong}", tag=Quoted(source), wrong=str(wrong))) from wrong
