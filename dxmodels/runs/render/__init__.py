"""How does one document become HTML, PDF, Excel and CSV? Layout only: the texts are the document's."""
