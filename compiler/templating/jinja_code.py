"""Generates the Python code of templates."""

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class SandboxCodeGenerator(CodeGenerator):
    """Prints values themselves, not as text: the sandbox keeps their origins. Its functions are looked up once per run of a template."""

    def write_commons(self) -> None:
        """The variables at the start of each template."""
        super().write_commons()
        self.writeline("print_value = environment.finalize")
        self.writeline("read_field = environment.getattr")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja calls it by the name of the node
        """A field of a map."""
        self.write("read_field(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> str:
        """Text of the template is constant; whatever is printed is a value."""
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def _output_child_pre(self, _: nodes.Expr, __: Frame, ___: CodeGenerator._FinalizeInfo) -> None:
        self.write("print_value(")

    def _output_child_post(self, _: nodes.Expr, __: Frame, ___: CodeGenerator._FinalizeInfo) -> None:
        self.write(")")
