"""What a browser says it is, in words: enough to tell one's own sessions apart, and never used to decide anything."""

_PROGRAMS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """Such as “Firefox on Linux”. Order matters: most browsers name others too."""
    program = next((name for sign, name in _PROGRAMS if sign in agent), "An unknown browser")
    system = next((f" on {name}" for sign, name in _SYSTEMS if sign in agent), "")
    return program + system
