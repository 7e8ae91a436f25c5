"""KServe's own server with an ONNX model in it, which a test starts: the file, the port, and the interface as JSON."""

import json
import sys

import onnxruntime
from kserve import InferRequest, Model, ModelServer
from kserve.errors import InvalidInput
from kserve.protocol.infer_type import InferOutput, InferResponse


class PassthroughModel(Model):
    """An ONNX model that passes inputs to the runtime by name, and checks nothing itself."""

    def __init__(self, file: str, interface: dict) -> None:
        super().__init__("model")
        self.session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        self.outputs = interface["outputs"]
        self.ready = True

    def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        names = [metadata["name"] for metadata in self.outputs]
        try:
            came = self.session.run(names, {one.name: one.as_numpy() for one in payload.inputs})
        except Exception as error:  # the runtime's errors have no class of their own
            raise InvalidInput(str(error)) from error
        outputs = []
        for metadata, array in zip(self.outputs, came, strict=True):
            output = InferOutput(metadata["name"], list(array.shape), metadata["datatype"])
            output.set_data_from_numpy(array, binary_data=False)
            outputs.append(output)
        return InferResponse(payload.id or "1", self.name, outputs)


if __name__ == "__main__":
    _, file, port, interface = sys.argv
    ModelServer(http_port=int(port), enable_grpc=False).start([PassthroughModel(file, json.loads(interface))])
