"""Step 1: a condition's text becomes an operator tree, once, at publication. A grammar: nothing is run as code."""

from collections.abc import Callable
from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from survey.instrument.condition import Condition, Tree

GRAMMAR = r"""
?condition: conjunction (_OR conjunction)*           -> any_of
?conjunction: statement (_AND statement)*            -> all_of
?statement: value COMPARISON value                   -> comparison
          | _NOT _LEFT condition _RIGHT              -> negation
          | _SELECTED _LEFT value _COMMA value _RIGHT -> selected
          | _LEFT condition _RIGHT
value: ITEM                                          -> item
     | SELF                                          -> current
     | STRING                                        -> string
     | NUMBER                                        -> number
     | _COUNT _LEFT value _RIGHT                     -> count_selected
COMPARISON: "<=" | ">=" | "!=" | "=" | "<" | ">"
ITEM: /\$\{[a-z][a-z0-9_]*\}/
SELF: "."
STRING: /'[^']*'/ | /"[^"]*"/
NUMBER: /-?[0-9]+(\.[0-9]+)?/
_OR: "or"
_AND: "and"
_NOT: "not"
_SELECTED: "selected"
_COUNT: "count-selected"
_LEFT: "("
_RIGHT: ")"
_COMMA: ","
%import common.WS
%ignore WS
"""

_SPELLING = {
    "COMPARISON": "= != < <= > >=",
    "ITEM": "${item}",
    "SELF": ".",
    "STRING": "'text'",
    "NUMBER": "a number",
    "_OR": "or",
    "_AND": "and",
    "_NOT": "not(",
    "_SELECTED": "selected(",
    "_COUNT": "count-selected(",
    "_LEFT": "(",
    "_RIGHT": ")",
    "_COMMA": ",",
    "$END": "the end",
}


class ConditionSyntaxError(ValueError):
    """The text is no condition. `position` counts characters from 1."""

    def __init__(self, source: str, position: int, expected: str) -> None:
        self.position = position
        self.expected = expected
        self.found = repr(source[position - 1 : position + 11]) if position <= len(source) else "the end"
        super().__init__(f"character {position}: expected {expected}, found {self.found}")


def parse_condition(source: str) -> Condition:
    """The condition that the XLSForm expression `source` stands for; ConditionSyntaxError with the position otherwise.

    >>> parse_condition("${a1} = '3' and not(selected(${e1}, '2'))").tree
    ('and', ('=', ('item', 'a1'), ('text', '3')), ('not', ('selected', ('item', 'e1'), ('text', '2'))))
    """
    try:
        return Condition(source, _Builder().transform(_parser().parse(source)))
    except UnexpectedInput as error:
        at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        offset = len(source) if at_end else (error.pos_in_stream or 0)
        raise ConditionSyntaxError(source, offset + 1, _expected_after(source[:offset])) from None


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, start="condition", parser="lalr", maybe_placeholders=False)


def _expected_after(read: str) -> str:
    progress = _parser().parse_interactive(read)
    progress.exhaust_lexer()
    accepts: Callable[[], set[str]] = progress.accepts
    accepted = accepts()
    return ", ".join(spelling for name, spelling in _SPELLING.items() if name in accepted)


@v_args(inline=True)
class _Builder(Transformer[Token, Tree]):
    """Grammar rules to the tuples of condition.py."""

    def any_of(self, *statements: Tree) -> Tree:
        return ("or", *statements) if len(statements) > 1 else statements[0]

    def all_of(self, *statements: Tree) -> Tree:
        return ("and", *statements) if len(statements) > 1 else statements[0]

    def negation(self, statement: Tree) -> Tree:
        return ("not", statement)

    def comparison(self, left: Tree, operator: Token, right: Tree) -> Tree:
        return (str(operator), left, right)

    def selected(self, codes: Tree, code: Tree) -> Tree:
        return ("selected", codes, code)

    def count_selected(self, codes: Tree) -> Tree:
        return ("count-selected", codes)

    def item(self, token: Token) -> Tree:
        return ("item", token[2:-1])

    def current(self, _token: Token) -> Tree:
        return ("self",)

    def string(self, token: Token) -> Tree:
        return ("text", token[1:-1])

    def number(self, token: Token) -> Tree:
        return ("number", float(token) if "." in token else int(token))
