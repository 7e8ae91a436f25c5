# The part of defusedxml that Modelyard uses; the package has no types.

class DefusedXmlException(ValueError): ...  # noqa: N818 - the name in the package

class DTDForbidden(DefusedXmlException):
    name: str
    sysid: str | None
    pubid: str | None
