"""Text and syntax trees: decoding, parsing with error recovery, suppression comments, edits."""
