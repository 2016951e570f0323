"""Bodies as a whole: what they are, what they say they are, and how they are written."""

import json

import pytest

from tests.access.house import House
from tests.fuzz.asking import Case, some, sound_body, tried, written
from tests.fuzz.operations import Operation, groups, of_group
from tests.fuzz.values import BODIES, DEEP, FIELDS, KINDS

GROUPS = [group for group in groups() if any(one.fields for one in of_group(group))]
# Objects that are none of this operation's: natively refused, elsewhere ignored.
_OBJECTS = frozenset({"a deep object", "many fields", "a field without a name"}) | {
    "a field of NUL",
    "a field of a surrogate",
    "the parent of all",
    "a mark of order",
    "another alphabet",
}


def bodies(operation: Operation) -> list[Case]:
    return [
        Case(
            operation=operation,
            name=f"{name} as the body",
            is_malformed=name not in _OBJECTS,
            content=content,
        )
        for name, content in BODIES.items()
    ]


def kinds(house: House, operation: Operation) -> list[Case]:
    """A sound body that says it is something else."""
    sound = json.dumps(sound_body(house, operation)).encode()
    return [
        Case(
            operation=operation,
            name=f"sent as {name}",
            headers={"Content-Type": kind or b""},
            content=sound,
        )
        for name, kind in KINDS.items()
    ]


def repeated(house: House, operation: Operation) -> list[Case]:
    """A field that comes twice: JSON leaves open which of them is meant, and the last one is."""
    sound = {name: json.dumps(one).encode() for name, one in sound_body(house, operation).items()}
    return [
        Case(
            operation=operation,
            name=f"{field} twice",
            content=written(sound).replace(b"{", b'{"%s": 1, ' % field.encode(), 1),
        )
        for field in sound
    ]


def forms(operation: Operation) -> list[Case]:
    """Forms in parts, each field of them nasty; and parts that are none."""
    start = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    contents = {
        f"{name} as {field}": start % field.encode() + text.strip(b'"') + b"\r\n--x--\r\n"
        for field in operation.fields
        for name, text in FIELDS.items()
    }
    contents |= {
        "no end": b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n',
        "no name": b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        "a thousand parts": (start % b"a" + b"b\r\n") * 1_000 + b"--x--\r\n",
        "a file of no picture": b'--x\r\nContent-Disposition: form-data; name="image"; '
        b'filename="../../a\\u0000.svg"\r\nContent-Type: image/svg+xml\r\n\r\n<svg/>\r\n--x--\r\n',
        "a long header": b"--x\r\nContent-Disposition: %s\r\n\r\na\r\n--x--\r\n" % (b"a" * DEEP),
        "an alphabet there is not": b'--x\r\nContent-Disposition: form-data; name="_charset_"'
        b"\r\n\r\nx-none\r\n--x--\r\n",
    }
    return [
        Case(
            operation=operation,
            name=f"a form with {name}",
            headers={"Content-Type": b"multipart/form-data; boundary=x"},
            content=content,
        )
        for name, content in contents.items()
    ]


@pytest.mark.parametrize("group", GROUPS)
async def test_bodies_that_are_no_objects(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        if operation.takes_json:
            cases += some(bodies(operation), 5, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)


@pytest.mark.parametrize("group", GROUPS)
async def test_what_a_body_says_it_is(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        if operation.takes_json:
            cases += some(kinds(house, operation), 3, operation)
            cases += some(repeated(house, operation), 1, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)


# A form that ends within a file: the framework leaves closing the file to the interpreter.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "group", [one for one in GROUPS if any(o.takes_form for o in of_group(one))]
)
async def test_forms(house: House, group: str) -> None:
    cases = []
    for operation in of_group(group):
        if operation.takes_form:
            cases += some(forms(operation), 12, operation)
    assert not (wrong := await tried(house, cases)), "\n".join(wrong)
