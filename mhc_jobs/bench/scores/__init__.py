"""Whether the platform's scores agree with what people said of the same answers and conversations."""
