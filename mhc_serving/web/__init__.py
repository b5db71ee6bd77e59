"""The chat page, the widget, and the pages behind feedback links."""
