"""Filters that convert quantities: `250ms` in milliseconds is 250."""

from collections.abc import Callable

from compiler.foundation.provenance import Origins
from compiler.spec.quantities import Cpu, Duration, Memory, Percentage
from compiler.templating.interpolation import InterpolatedText, kind_of, quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.traced_values import origins_of, traced_scalar, traced_str


def seconds(value: object) -> object:
    """A duration in seconds."""
    return _convert_quantity(value, lambda text: Duration(text).seconds)


def milliseconds(value: object) -> object:
    """A duration in milliseconds."""
    return _convert_quantity(value, lambda text: Duration(text).milliseconds)


def percent(value: object) -> object:
    """A percentage without `%`."""
    return _convert_quantity(value, lambda text: Percentage(text).percent)


def millicores(value: object) -> object:
    """CPU in thousandths of a core."""
    return _convert_quantity(value, lambda text: Cpu(text).millicores)


def bytes_(value: object) -> object:
    """Memory in bytes."""
    return _convert_quantity(value, lambda text: Memory(text).bytes)


def digest_hex(value: object) -> object:
    """The 64 hexadecimal digits of a digest, without the algorithm."""
    origins = origins_of(value)
    text = _scalar_text(value, origins)
    algorithm, _, digits = text.partition(":")
    if algorithm != "sha256" or not digits:
        raise ValueRejectedError(f"{quoted_excerpt(text)} is not a digest", origins)
    return traced_str(digits, origins)


def _convert_quantity(value: object, convert: Callable[[str], int | float]) -> object:
    origins = origins_of(value)
    text = _scalar_text(value, origins)
    try:
        number = convert(text)
    except (ValueError, ArithmeticError, IndexError):
        raise ValueRejectedError(f"{quoted_excerpt(text)} is not a quantity of this kind", origins) from None
    return traced_scalar(number, origins) if origins else number


def _scalar_text(value: object, origins: Origins) -> str:
    """The text of a scalar; that of a list could be far longer than the list."""
    if isinstance(value, (str, int, float, InterpolatedText)):
        return str(value)
    raise ValueRejectedError(f"text is needed, and there is {kind_of(value)}", origins)
