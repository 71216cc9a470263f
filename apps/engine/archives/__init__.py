"""What a method keeps of its candidates, beside the ranking that every population has."""
