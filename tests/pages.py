"""What a browser would see of a page, and text that tries to be markup."""

from html.parser import HTMLParser

VOID = {"meta", "br"}
HOSTILE = "<script>alert('x')</script><img src=x onerror=y>\"'&"


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside of styles."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.unbalanced, self.text = [], [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note the element; one with content waits for its end."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Note an end that closes another element than the last one opened."""
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        """Collect what a reader sees."""
        if "style" not in self.open:
            self.text += data + " "

    def all(self, name):
        """The values of an attribute, in the order of the page."""
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    @property
    def words(self):
        """The page's text on one line."""
        return " ".join(self.text.split())
