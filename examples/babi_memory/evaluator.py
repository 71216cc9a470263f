"""Did the model name the right place, and no other?"""

from evoweb_scorers import verdict, words_of

PLACES = {"bathroom", "bedroom", "garden", "hallway", "kitchen", "office"}


def score(input, expected, output, seed):
    named = PLACES.intersection(words_of(output)) if isinstance(output, str) else set()
    if named == {expected}:
        return verdict(True)
    return verdict(False, f"it names {', '.join(sorted(named))}" if named else "it names no place of the story")
