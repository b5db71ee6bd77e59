"""Makes queries that mean harm from a schema: valid and broken ones, of the shapes that attacks on GraphQL have.

The shapes are those of the OWASP GraphQL cheat sheet (deep nesting, aliases, fragments in circles and in chains, lists
in lists, introspection, directives, oversized and ill-typed values) and of fuzzers: a valid query with a piece of its
text changed. https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

_NUMBERS = ("0", "-1", "1", "7", "50", "100", "101", "2147483647", "2147483648", "-9223372036854775809", "1e9", "1.5",
            "9" * 400, "1e400")  # fmt: skip
_WORDS = ('""', '"\\u0000"', '"x"', '"2026-12-05"', '"18:30"', '"KB-042"', '"' + "a" * 3000 + '"', '"\\ud83d"',
          '"9999-12-31"', '"0001-01-01"', '"2026-13-45"', '"00000000-0000-0000-0000-000000000000"', '"%s%n; drop"',
          '"WyIyMDI2LTExLTAxVDAwOjAwOjAwWiIsIm5vIl0="', '"""block"""', "null", "true", "[]", "{}", "ENUM",
          '[1, [2, [3]]]', '{a: {b: {c: 1}}}', "$v")  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, 0, -1, 1, 100, 10**6, 2**31, 2**63, 1.5, float("1e308"), True, "", "x", "\0", "a" * 5000, [], {}, [[1]],
    {"a": {"b": 1}}, "2026-12-05T00:00:00Z", "not a day", "ACTIVE", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip


class Hostile(NamedTuple):
    """A query with its variables, and the name of its shape."""

    shape: str
    query: str
    variables: Mapping[str, Any]
    operation: str | None = None


class Maker:
    """Makes queries against one schema, the same ones for the same seed."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._shapes: list[Callable[[], Hostile]] = [
            self._wild, self._wild, self._wild, self._mutation, self._wide, self._deep, self._aliases, self._repeated,
            self._fragments, self._circle, self._lists, self._introspection, self._directives, self._brackets,
            self._operations, self._variables, self._broken, self._broken,
        ]  # fmt: skip

    def make(self) -> Hostile:
        """The next one."""
        return self._random.choice(self._shapes)()

    def _root(self, name: str = "query") -> GraphQLObjectType:
        found = self._schema.mutation_type if name == "mutation" else self._schema.query_type
        assert found is not None
        return found

    def _pick(self, options: Any) -> Any:
        return self._random.choice(list(options))

    def _value(self, kind: Any, levels: int = 3) -> str:
        random = self._random
        if random.random() < 0.15 or levels == 0:
            return random.choice(_NUMBERS + _WORDS)
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, levels)
        if isinstance(kind, GraphQLList):
            return "[" + ", ".join(self._value(kind.of_type, levels - 1) for _ in range(random.randrange(4))) + "]"
        if isinstance(kind, GraphQLEnumType):
            return random.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            given = [name for name in kind.fields if random.random() < 0.8]
            return "{" + ", ".join(f"{name}: {self._value(kind.fields[name].type, levels - 1)}" for name in given) + "}"
        return random.choice(_NUMBERS if kind.name in ("Int", "Float") else _WORDS)

    def _arguments(self, field: GraphQLField, chance: float = 0.5) -> str:
        given = [
            f"{name}: {self._value(one.type)}"
            for name, one in field.args.items()
            if isinstance(one.type, GraphQLNonNull) or self._random.random() < chance
        ]
        return f"({', '.join(given)})" if given else ""

    def _selection(self, kind: Any, levels: int, width: int, chance: float = 0.5) -> str:
        named = get_named_type(kind)
        if levels <= 0 or not isinstance(named, GraphQLObjectType):
            return ""
        names = self._random.sample(list(named.fields), min(width, len(named.fields)))
        parts = []
        for name in names:
            field = named.fields[name]
            inner = self._selection(field.type, levels - 1, width, chance)
            if isinstance(get_named_type(field.type), GraphQLObjectType) and not inner:
                continue
            parts.append(f"{name}{self._arguments(field, chance)}{inner}")
        return " { " + " ".join(parts or ["__typename"]) + " }"

    def _wild(self) -> Hostile:
        text = self._selection(self._root(), self._random.randint(2, 7), self._random.randint(1, 4))
        return Hostile("wild", "query ($v: Int)" + text, {"v": self._pick(_VALUES)})

    def _mutation(self) -> Hostile:
        return Hostile("mutation", "mutation" + self._selection(self._root("mutation"), 5, 3), {})

    def _wide(self) -> Hostile:
        return Hostile("wide", "query" + self._selection(self._root(), 6, 12, 0.2), {})

    def _deep(self) -> Hostile:
        levels = self._random.randint(5, 120)
        text = "{ bookings(first: 100) { edges { node { conversation { booking "
        text += "{ conversation { booking " * levels + "{ id }" + " } }" * levels + " } } } } }"
        return Hostile("deep", text, {})

    def _aliases(self) -> Hostile:
        field = self._pick(("menu { adult }", "availability(days: 92) { day state }", "__typename",
                            "conversations(first: 100) { edges { cursor } }"))  # fmt: skip
        count = self._random.randint(5, 300)
        return Hostile("aliases", "{ " + " ".join(f"a{n}: {field}" for n in range(count)) + " }", {})

    def _repeated(self) -> Hostile:
        field = self._pick(("__typename", "menu { adult }", "menu { upgrades { name } }", "x"))
        return Hostile("repeated", "{ " + f"{field} " * self._random.randint(10, 700) + "}", {})

    def _fragments(self) -> Hostile:
        """Each fragment spreads the next one twice: the size of the answer is two to the power of their number."""
        count = self._random.randint(3, 30)
        chain = " ".join(
            f"fragment f{n} on MenuCard {{ adult ...f{n + 1} ...f{n + 1} }}" for n in range(count)
        )  # fmt: skip
        return Hostile("fragments", f"{{ menu {{ ...f0 }} }} {chain} fragment f{count} on MenuCard {{ child }}", {})

    def _circle(self) -> Hostile:
        return Hostile(
            "circle",
            self._pick((
                "{ menu { ...a } } fragment a on MenuCard { ...b } fragment b on MenuCard { ...a }",
                "{ ...a } fragment a on Query { menu { adult } ...a }",
                "fragment a on Query { ...b } fragment b on Query { ...a } { menu { adult } }",
                "{ ...missing }",
                "fragment a on Nothing { x } { ...a }",
            )),
            {},
        )  # fmt: skip

    def _lists(self) -> Hostile:
        first = self._random.randint(1, 200)
        return Hostile(
            "lists",
            f"query ($v: Int!) {{ conversations(first: {first}) {{ edges {{ node {{ messages(last: $v) {{ id text }} "
            f"booking {{ conversation {{ messages(last: {self._random.randint(1, 60)}) {{ id }} }} }} }} }} }} }}",
            {"v": self._pick((1, 50, 51, 10**9, None, "50"))},
        )

    def _introspection(self) -> Hostile:
        inner = "name"
        for _ in range(self._random.randint(1, 9)):
            inner = f"name fields {{ type {{ {inner} }} }}"
        return Hostile("introspection", f"{{ __schema {{ types {{ {inner} }} }} }}", {})

    def _directives(self) -> Hostile:
        which = self._pick(("@skip(if: false)", "@include(if: true)", "@nothing", "@skip(if: $v)"))
        return Hostile("directives", "{ menu { adult " + f"{which} " * self._random.randint(1, 300) + "} }", {})

    def _brackets(self) -> Hostile:
        sign = self._pick("{[(")
        return Hostile("brackets", "{ a" + sign * self._random.randint(10, 9000), {})

    def _operations(self) -> Hostile:
        count = self._random.randint(2, 60)
        text = " ".join(f"query q{n % 7} {{ menu {{ adult }} }}" for n in range(count))
        return Hostile("operations", text, {}, self._pick((None, "q0", "q1", "none", "")))

    def _variables(self) -> Hostile:
        names = [f"v{n}" for n in range(self._random.randint(1, 60))]
        kinds = self._pick(("Int", "Date", "[[Int]]", "BookingInput", "Nothing", "ConversationStatus", "UUID"))
        declared = ", ".join(f"${name}: {kinds}" for name in names)
        text = f"query ({declared}) {{ availability(days: ${names[0]}, first: ${names[-1]}) {{ day }} }}"
        return Hostile("variables", text, {name: self._pick(_VALUES) for name in names})

    def _broken(self) -> Hostile:
        text = self._wild().query
        for _ in range(self._random.randint(1, 6)):
            place = self._random.randrange(len(text))
            piece = self._pick(("", "{", "}", "(", ")", '"', '"""', "...", "$", "@", "!", "\u0000", "é", "#", " on ",
                                text[place : place + 40]))  # fmt: skip
            text = text[:place] + piece + text[place + self._random.randint(0, 3) :]
        return Hostile("broken", text, {})
