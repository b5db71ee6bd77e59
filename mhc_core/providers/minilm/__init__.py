"""The local embedder: all-MiniLM-L6-v2 as int8 ONNX, out of a Python package."""
