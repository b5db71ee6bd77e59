"""How much one query may ask, found out before it is validated: validation itself is what hostile queries aim at.

The rules of graphql-core compare each field of a selection with each other, so that two thousand fields of one name
keep a processor busy for seconds. All of this is one walk over the document, linear in its size: each fragment is
measured once. The cost of a query is the number of values that it can give, each field times the rows of the lists
around it, and 100 for a write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    parse,
)
from graphql.language import Lexer, Source, TokenKind

TOKENS = 700
NESTING = 32
DEPTH = 10
FIELDS = 120
ALIASES = 15
DEFINITIONS = 12
COST = "cost"
"""Metadata of a field: what it costs beside its selection, where that is more than one."""
SIZE = "size"
"""Metadata of a field: the rows of its list, as a number or as the name of the argument that says it."""
DIRECTIVES = 20
ERRORS = 5
"""Of validation: so many are told, then it stops. A thousand wrong fields are one mistake."""
MOST_COST = 2_000
AWAITED = 8
"""Cost of a field that waits for a loader: each row of the list around it waits by itself."""
_INTROSPECTION = ("__schema", "__type")
_INTROSPECTION_DEPTH, _INTROSPECTION_FIELDS = 16, 400
"""What tools ask to learn the schema spreads one fragment many times. Only admins may."""
_UNKNOWN_ROWS = 100
_OPEN = (TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L)
_CLOSE = (TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R)


class TooMuch(GraphQLError):
    """A query asks for more than one may."""


def parsed(text: str) -> DocumentNode:
    """The document of a query.

    Raises:
        TooMuch: it has too many tokens, or is nested so deep that reading it would be the attack.
        GraphQLError: it is no GraphQL.
    """
    if sum(text.count(sign) for sign in "{[(") > NESTING:
        _nesting(text)
    return parse(text, max_tokens=TOKENS, no_location=False)


def _nesting(text: str) -> None:
    lexer, deep, count = Lexer(Source(text)), 0, 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        count += 1
        deep += (token.kind in _OPEN) - (token.kind in _CLOSE)
        if deep > NESTING:
            raise TooMuch(f"the query is nested deeper than {NESTING}; ask for less at once")
        if count > TOKENS:
            raise TooMuch(f"the query has more than {TOKENS} tokens; ask for less at once")


@dataclass(frozen=True, slots=True)
class Measure:
    """Of a selection: fields with those of its fragments, how deep they go, aliases, and the values it can give."""

    fields: int = 0
    depth: int = 0
    aliases: int = 0
    cost: int = 0


def check(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
    """Refuse a document that asks too much. All its operations count, whichever is to be run.

    Raises:
        TooMuch: names the limit.
    """
    if len(document.definitions) > DEFINITIONS:
        raise TooMuch(f"the query has more than {DEFINITIONS} operations and fragments; send them one by one")
    walk = _Walk(schema, document, variables)
    found = [walk.operation(one) for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    for one in document.definitions:  # fragments that nobody uses are validated all the same
        if isinstance(one, FragmentDefinitionNode):
            walk.fragment(one.name.value, ())
    whole = introspects(document)
    for what, count, most in (
        ("levels", max((one.depth for one in found), default=0), _INTROSPECTION_DEPTH if whole else DEPTH),
        ("fields", walk.fields, FIELDS),
        ("fields", sum(one.fields for one in found), _INTROSPECTION_FIELDS if whole else FIELDS),
        ("directives", walk.directives, DIRECTIVES),
        ("aliases", sum(one.aliases for one in found), ALIASES),
        ("values", sum(one.cost for one in found), MOST_COST),
    ):
        if count > most:
            raise TooMuch(f"the query asks for {count} {what}, and one may ask for {most}; ask for less at once")


def introspects(document: DocumentNode) -> bool:
    """Whether an operation or a fragment asks for the schema itself."""
    return any(
        isinstance(one, FieldNode) and one.name.value in _INTROSPECTION
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
        for one in _flat(definition.selection_set)
    )


def _flat(selections: SelectionSetNode | None) -> Iterator[FieldNode]:
    for one in selections.selections if selections else ():
        if isinstance(one, FieldNode):
            yield one
            yield from _flat(one.selection_set)
        elif isinstance(one, InlineFragmentNode):
            yield from _flat(one.selection_set)


class _Walk:
    """One document. ``fields`` and ``directives`` count those that stand in it, fragments once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._defaults: dict[str, Any] = {}
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                self._fragments[one.name.value] = one
            elif isinstance(one, OperationDefinitionNode):
                for declared in one.variable_definitions or ():
                    self._defaults[declared.variable.name.value] = declared.default_value
        self._variables = variables
        self._measured: dict[str, Measure] = {}
        self.fields = self.directives = 0

    def operation(self, node: OperationDefinitionNode) -> Measure:
        """Of an operation, with the fragments it spreads."""
        roots = {
            OperationType.QUERY: self._schema.query_type,
            OperationType.MUTATION: self._schema.mutation_type,
        }
        return self._selection(node.selection_set, roots.get(node.operation), ())

    def fragment(self, name: str, within: tuple[str, ...]) -> Measure:
        """Of a fragment; ``within`` are those that lead to it.

        Raises:
            TooMuch: it spreads itself.
        """
        if name in within:
            raise TooMuch("a fragment spreads itself")
        if name not in self._measured:
            found = self._fragments.get(name)
            if found is None:
                return Measure(fields=1)  # validation says so
            kind = self._schema.get_type(found.type_condition.name.value)
            self._measured[name] = self._selection(found.selection_set, kind, (*within, name))
        return self._measured[name]

    def _selection(
        self, node: SelectionSetNode | None, kind: GraphQLNamedType | None, within: tuple[str, ...]
    ) -> Measure:
        fields = depth = aliases = cost = 0
        for one in node.selections if node else ():
            self.directives += len(one.directives or ())
            if isinstance(one, FieldNode):
                part = self._field(one, kind, within)
            elif isinstance(one, FragmentSpreadNode):
                part = self.fragment(one.name.value, within)
            else:
                assert isinstance(one, InlineFragmentNode)
                on = self._schema.get_type(one.type_condition.name.value) if one.type_condition else kind
                part = self._selection(one.selection_set, on, within)
            fields += part.fields
            depth = max(depth, part.depth)
            aliases += part.aliases
            cost += part.cost
        return Measure(fields, depth, aliases, cost)

    def _field(self, node: FieldNode, kind: GraphQLNamedType | None, within: tuple[str, ...]) -> Measure:
        self.fields += 1
        known = kind.fields.get(node.name.value) if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else None
        below = self._selection(node.selection_set, get_named_type(known.type) if known else None, within)
        own, rows = 1, 1
        if known is not None:
            definition = known.extensions.get("strawberry-definition")
            metadata: Mapping[Any, Any] = getattr(definition, "metadata", {})
            own, size = metadata.get(COST, 1), metadata.get(SIZE, 1)
            rows = size if isinstance(size, int) else self._rows(node, known.args[size].default_value, size)
        return Measure(
            1 + below.fields, 1 + below.depth, (node.alias is not None) + below.aliases, own + rows * below.cost
        )

    def _rows(self, node: FieldNode, usual: Any, argument: str) -> int:
        given: Any = next((one.value for one in node.arguments or () if one.name.value == argument), None)
        if given is None:
            return int(usual)
        if isinstance(given, VariableNode):
            name = given.name.value
            given = self._variables.get(name, self._defaults.get(name))
        if isinstance(given, IntValueNode) and len(given.value) < 6:
            given = int(given.value)
        whole = isinstance(given, int) and not isinstance(given, bool)
        return max(1, min(given, 10_000)) if whole else _UNKNOWN_ROWS
